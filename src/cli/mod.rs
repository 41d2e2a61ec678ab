//! The command line: what can be asked of the binary, and how each command ends.

mod client;
mod doctor;
mod health;
mod images;
mod job;
mod key;
mod run;
mod serve;

use crate::config::{Config, Settings};
use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// Exit codes of our own, beside those of a program that `run` or `client` executed.
pub(crate) mod exit {
    /// The command line or the configuration is wrong.
    pub(crate) const CONFIGURATION: u8 = 2;
    /// The port is taken, or not ours alone.
    pub(crate) const PORT: u8 = 3;
    /// No engine, or no language that works.
    pub(crate) const ENGINE: u8 = 4;
    /// Anything else of ours.
    pub(crate) const FAILED: u8 = 1;
    /// A server stopped as it was asked to, but cancelled work for it.
    pub(crate) const CUT_OFF: u8 = 5;
    /// A program that `run` or `client` executed was ended at a limit, as `timeout` says it.
    pub(crate) const LIMIT: u8 = 124;
}

/// Runs untrusted programs in sandboxes that are already warm when the request arrives.
#[derive(Debug, Parser)]
#[command(
    name = "warmbox",
    version,
    propagate_version = true,
    arg_required_else_help = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve programs over HTTP
    Serve {
        #[command(flatten)]
        settings: Box<Settings>,
    },
    /// Run one file in a sandbox here, with no server, and print what it prints
    Run {
        #[command(flatten)]
        program: Program,
        #[command(flatten)]
        settings: Box<Settings>,
    },
    /// Send one file to a server and print what it printed
    #[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
    Client {
        #[command(flatten)]
        program: Option<Program>,
        #[command(flatten)]
        place: client::Place,
        #[command(subcommand)]
        later: Option<Box<Later>>,
    },
    /// Say what this machine has, what is missing and how to mend it
    Doctor {
        #[command(flatten)]
        settings: Box<Settings>,
    },
    /// Make the images that the docker engine starts runners from, ahead of the first start
    Images {
        #[command(flatten)]
        settings: Box<Settings>,
    },
    /// Ask a server whether it is ready: exit code 0 if so, 1 if not
    Health {
        /// The server's address [default: http://127.0.0.1, https where WARMBOX_TLS_CERT is set, and
        /// WARMBOX_PORT or 5001]
        #[arg(long, env = "WARMBOX_URL")]
        url: Option<String>,
    },
    /// Make an API key: its entry for the keys file goes to stdout, the key itself to stderr
    Key {
        #[command(flatten)]
        wanted: key::Wanted,
    },
    /// Print a completion script for a shell
    Completions { shell: Shell },
}

/// What `client` asks for besides an answer at once.
#[derive(Debug, Subcommand)]
enum Later {
    /// Programs that are executed later
    #[command(subcommand)]
    Job(job::Wanted),
}

/// A program to execute, as `run` and `client` take it.
#[derive(Debug, clap::Args)]
struct Program {
    /// The source file; its ending tells the language
    file: PathBuf,
    /// Arguments of the program
    #[arg(last = true)]
    args: Vec<String>,
    /// The language, where the ending does not tell it
    #[arg(long)]
    language: Option<String>,
    /// Standard input of the program; `-` passes this command's own [default: none]
    #[arg(long, value_name = "FILE")]
    stdin: Option<PathBuf>,
    /// Language standard, such as c++20
    #[arg(long)]
    std: Option<String>,
}

/// Parses the command line and does what it says.
pub fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Serve { settings } => {
            with_config(&settings, |config| serve::serve(&settings, config))
        }
        Command::Run { program, settings } => {
            with_config(&settings, |config| run::run(config, &program))
        }
        Command::Client {
            later: Some(later), ..
        } => match *later {
            Later::Job(wanted) => job::job(&wanted),
        },
        Command::Client { program, place, .. } => client::client(program.as_ref(), &place),
        Command::Doctor { settings } => with_config(&settings, doctor::doctor),
        Command::Images { settings } => with_config(&settings, images::images),
        Command::Health { url } => health::health(url.as_deref()),
        Command::Key { wanted } => key::key(&wanted),
        Command::Completions { shell } => {
            let mut command = Cli::command();
            clap_complete::generate(shell, &mut command, "warmbox", &mut std::io::stdout());
            ExitCode::SUCCESS
        }
    }
}

fn with_config(settings: &Settings, command: impl FnOnce(&Config) -> ExitCode) -> ExitCode {
    match Config::load(settings) {
        Ok(config) => command(&config),
        Err(error) => fail(exit::CONFIGURATION, &error),
    }
}

/// Says why on stderr, in one line, and answers the exit code.
fn fail(code: u8, error: &dyn std::fmt::Display) -> ExitCode {
    // Not `eprintln`, which panics where nobody reads.
    let _ = writeln!(std::io::stderr(), "warmbox: {error}");
    ExitCode::from(code)
}

/// The runtime for commands that need one.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
}
