// The g++ that is found first in this image (/usr/local/bin). It tries a quick way, with precompiled
// headers and mold, and keeps what came of it only where the plain g++ would have said the same:
// nothing at all, or plain messages about the program's own files. Everything else is done again by
// the plain g++, and that is the answer. As `ld.mold` it stands before mold, and lets pass only what
// ld would make the same of.
#include <cstdlib>
#include <cstring>
#include <elf.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

// Names that the C library has a warning for, which ld prints and mold does not.
#include "warned.h"

using std::string;
using std::string_view;
using std::vector;

namespace {

const char plain[] = "/usr/bin/g++";
// A folder for each -std=, in which there is nothing but precompiled headers.
const char headers[] = "/usr/local/lib/precompiled/";
// The folder in which this is ld.mold, and the one that it stands before.
const char linkers[] = "-B/usr/local/libexec/quick/", mold[] = "/usr/bin/mold";
// What g++ itself makes, and these with a dot and more behind them. With any other section a program
// may have something to say to ld: a warning to print, an interpreter, a table of its own.
const char *const ordinary[] = {
    ".text", ".data", ".rodata", ".bss", ".tdata", ".tbss", ".init_array", ".fini_array", ".eh_frame",
    ".gcc_except_table", ".comment", ".note.GNU-stack", ".note.gnu.property", ".group", ".rela", ".symtab",
    ".strtab", ".shstrtab",
};
// More than this is a flood; the plain g++ may have it.
const size_t most_messages = 1 << 20;

struct Command {
    string_view standard;
    const char *output = nullptr;
    vector<string_view> sources;
};

Command read(char **argv) {
    Command command;
    for (char **word = argv + 1; *word; ++word) {
        if (!strncmp(*word, "-std=", 5)) command.standard = *word + 5;
        else if (!strcmp(*word, "-o") && word[1]) command.output = *++word;
        else if (**word != '-') command.sources.push_back(*word);
    }
    return command;
}

bool begins(string_view text, string_view with) { return text.substr(0, with.size()) == with; }

// "12:34: error: " and the like.
bool is_place_and_severity(string_view text) {
    for (int number = 0; number < 2; ++number) {
        size_t digits = 0;
        while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
        if (!digits || text.substr(digits, 1) != ":") return false;
        text.remove_prefix(digits + 1);
    }
    return begins(text, " error: ") || begins(text, " warning: ") || begins(text, " note: ");
}

// A line that does not depend on how the headers were read: a message about one of the sources, the
// function that it is in, or an excerpt of a source. Not a file of g++'s, and not the advice to
// include a header.
bool is_certain(string_view line, const Command &command) {
    if (line.find("/usr/") != line.npos || line.find("#include") != line.npos) return false;
    if (begins(line, " ")) return true;
    for (string_view source : command.sources) {
        if (!begins(line, source) || line.substr(source.size(), 1) != ":") continue;
        string_view rest = line.substr(source.size() + 1);
        return is_place_and_severity(rest) || begins(rest, " In ") || begins(rest, " At ");
    }
    return false;
}

// Looks at the lines from `from` on that are whole; `from` becomes the beginning of the next.
bool are_certain(const string &text, size_t &from, const Command &command) {
    for (size_t end; (end = text.find('\n', from)) != text.npos; from = end + 1)
        if (!is_certain(string_view(text).substr(from, end - from), command)) return false;
    return true;
}

// A whole file; empty where it cannot be had.
string_view contents(const char *path) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat about;
    if (file < 0 || fstat(file, &about) || about.st_size <= 0) return {};
    void *bytes = mmap(nullptr, about.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    close(file);
    if (bytes == MAP_FAILED) return {};
    return {static_cast<const char *>(bytes), static_cast<size_t>(about.st_size)};
}

// `count` things at `offset`, or null where the file does not hold them.
template <class Thing> const Thing *things(string_view file, size_t offset, size_t count) {
    if (offset > file.size() || count > (file.size() - offset) / sizeof(Thing)) return nullptr;
    return reinterpret_cast<const Thing *>(file.data() + offset);
}

const Elf64_Ehdr *header_of(string_view file) {
    auto header = things<Elf64_Ehdr>(file, 0, 1);
    return header && begins(file, ELFMAG) && header->e_ident[EI_CLASS] == ELFCLASS64 ? header : nullptr;
}

bool is_ordinary(string_view name) {
    for (string_view known : ordinary)
        if (begins(name, known) && (name.size() == known.size() || name[known.size()] == '.')) return true;
    return name.empty();
}

// Whether ld and mold make the same of this object.
bool links_alike(const char *path) {
    string_view file = contents(path);
    auto header = header_of(file);
    if (!header || header->e_shstrndx >= header->e_shnum) return false;
    auto sections = things<Elf64_Shdr>(file, header->e_shoff, header->e_shnum);
    if (!sections) return false;
    const Elf64_Shdr &table = sections[header->e_shstrndx];
    auto names = things<char>(file, table.sh_offset, table.sh_size);
    if (!names || !table.sh_size || names[table.sh_size - 1]) return false;
    for (int i = 0; i < header->e_shnum; ++i)
        if (sections[i].sh_name >= table.sh_size || !is_ordinary(names + sections[i].sh_name)) return false;
    return true;
}

// Whether ld would have had nothing to say about this program either.
bool links_silently(const char *path) {
    string_view file = contents(path);
    auto header = header_of(file);
    auto segments = header ? things<Elf64_Phdr>(file, header->e_phoff, header->e_phnum) : nullptr;
    if (!segments) return false;
    for (int i = 0; i < header->e_phnum; ++i) {
        bool executable = segments[i].p_flags & PF_X, writable = segments[i].p_flags & PF_W;
        if (executable && (writable || segments[i].p_type == PT_GNU_STACK)) return false;
    }
    for (const char *name : warned)
        if (memmem(file.data(), file.size(), name, strlen(name) + 1)) return false;
    return true;
}

// Reads both pipes to their ends. False where something came that is not certain.
bool read_messages(int out, int err, string &messages, const Command &command) {
    size_t looked_at = 0;
    char buffer[16384];
    pollfd pipes[] = {{out, POLLIN, 0}, {err, POLLIN, 0}};
    while (pipes[0].fd >= 0 || pipes[1].fd >= 0) {
        if (poll(pipes, 2, -1) < 0) return false;
        for (pollfd &pipe : pipes) {
            if (pipe.fd < 0 || !pipe.revents) continue;
            ssize_t count = ::read(pipe.fd, buffer, sizeof buffer);
            if (count <= 0) {
                pipe.fd = -1;
                continue;
            }
            messages.append(buffer, count);
            // To standard output the compiler has nothing to say.
            if (pipe.fd == out || messages.size() > most_messages) return false;
            if (!are_certain(messages, looked_at, command)) return false;
        }
    }
    return looked_at == messages.size();
}

// The exit status of the quick way, once its messages are passed on; -1 where the plain g++ has to
// answer.
int go_quickly(char **argv, const Command &command) {
    string folder = string("-I") + headers + string(command.standard);
    if (command.standard.empty() || !command.output || access(folder.c_str() + 2, X_OK)) return -1;

    // Under a name that no program can know, so that the plain g++ finds what it would find without us.
    string output = string(command.output) + ".XXXXXX";
    int file = mkostemp(output.data(), O_CLOEXEC);
    if (file < 0) return -1;
    close(file);
    vector<char *> words = {argv[0], folder.data(), const_cast<char *>(linkers)};
    for (char **word = argv + 1; *word; ++word) words.push_back(*word == command.output ? output.data() : *word);
    // A program is small: threads cost more than they save, and so does a child to clear up behind.
    char linker[] = "-fuse-ld=mold", options[] = "-Wl,--no-fork,--threads=1";
    words.insert(words.end(), {linker, options, nullptr});

    int out[2], err[2];
    if (pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC)) return -1;
    posix_spawn_file_actions_t streams;
    posix_spawn_file_actions_init(&streams);
    posix_spawn_file_actions_adddup2(&streams, out[1], 1);
    posix_spawn_file_actions_adddup2(&streams, err[1], 2);
    // A group of its own, to be ended with all that it started.
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    pid_t child;
    if (posix_spawn(&child, argv[0], &streams, &attributes, words.data(), environ)) return -1;
    close(out[1]);
    close(err[1]);

    string messages;
    bool certain = read_messages(out[0], err[0], messages, command);
    if (!certain) kill(-child, SIGKILL);
    int status;
    certain = waitpid(child, &status, 0) == child && certain && WIFEXITED(status);
    if (certain && WEXITSTATUS(status) == 0)
        certain = links_silently(output.c_str()) && !rename(output.c_str(), command.output);
    else
        certain = certain && !messages.empty();
    // There no longer where it has become the program.
    unlink(output.c_str());
    if (!certain) return -1;
    for (string_view rest = messages; !rest.empty();) {
        ssize_t count = write(2, rest.data(), rest.size());
        if (count <= 0) break;
        rest.remove_prefix(count);
    }
    return WEXITSTATUS(status);
}

// In mold's place. A program that is not let through is an error to g++, and so for the plain one.
int link_objects(char **argv) {
    for (char **word = argv + 1; *word; ++word) {
        string_view path = *word;
        bool is_object = path.size() > 2 && path.substr(path.size() - 2) == ".o";
        if (is_object && path[0] != '-' && !begins(path, "/usr/") && !links_alike(*word)) return 1;
    }
    argv[0] = const_cast<char *>(mold);
    execv(mold, argv);
    return 127;
}

} // namespace

int main(int, char **argv) {
    string_view name = argv[0];
    if (name.size() >= 8 && name.substr(name.size() - 8) == "/ld.mold") return link_objects(argv);
    // g++ looks for its own parts beside its name, as the PATH has it; in messages it has no folder.
    argv[0] = const_cast<char *>(plain);
    int status = go_quickly(argv, read(argv));
    if (status >= 0) return status;
    execv(plain, argv);
    return 127;
}
