# Callbacks of the collector, and what it holds as garbage at the end.
# ends: {"stdout": {"has": "main\n"}, "stderr": {}}
# each: ["gc.set_debug(gc.DEBUG_SAVEALL); C(); gc.collect(); gc.set_debug(0)", "gc.set_debug(gc.DEBUG_UNCOLLECTABLE)", "gc.garbage.append(C())", "gc.disable(); C()", "gc.set_threshold(1); C()"]
import gc


class C:
    def __init__(self):
        self.itself = self

    def __repr__(self):
        return "<C>"


EACH
print("main")
