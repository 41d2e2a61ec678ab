# Circles that the collector was told to leave alone.
# differs with libraries: what they are is known to the collector again before they end
import gc


class C:
    def __init__(self, name):
        self.name, self.other = name, self

    def __del__(self):
        print("del", self.name)


C("garbage")
kept = C("named")
gc.freeze()
print("main", gc.get_freeze_count() > 0)
