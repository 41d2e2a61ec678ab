// Asks for more memory than there are addresses and does not catch the refusal: a crash like any other, no memory limit.
// stopped by: verdict channel
// expect: {"status": "runtime_error", "limit": null, "exit_code": null, "signal": "SIGABRT", "stdout": "", "stderr": {"has": "std::bad_alloc"}}
int main(int c, char**) {
    char* p = new char[(1ul << 56) * c];
    p[0] = 1;
    return p[c];
}
