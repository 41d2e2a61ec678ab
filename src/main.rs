//! The `warmbox` binary. Everything it does is in the library; see `warmbox help`.

#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    warmbox::cli::main()
}
