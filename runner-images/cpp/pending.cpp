// A plugin of g++'s own, for the moment in which a header is precompiled, and for no other. g++
// leaves the templates that a header uses to the end of each program that includes it; for
// <iostream> that is half of a small program's compile time. `#pragma pending instantiate` does it
// there and then, as at the end of a program (`at_eof`: it decides their linkage). What comes of a
// program are the same functions.
//
// Declared here as g++ 14 exports them, because Debian's headers for plugins are 20 MB.
struct cpp_reader;
extern int at_eof;
void instantiate_pending_templates(int retries);
void c_register_pragma(const char *space, const char *name, void (*handler)(cpp_reader *));

extern "C" {
int plugin_is_GPL_compatible;
void register_callback(const char *plugin, int event, void (*callback)(void *, void *), void *data);
}

static void instantiate(cpp_reader *) {
    at_eof = 1;
    instantiate_pending_templates(0);
    at_eof = 0;
}

static void register_pragmas(void *, void *) { c_register_pragma("pending", "instantiate", instantiate); }

extern "C" int plugin_init(void *, void *) {
    const int plugin_pragmas = 15; // PLUGIN_PRAGMAS of plugin.def
    register_callback("pending", plugin_pragmas, register_pragmas, nullptr);
    return 0;
}
