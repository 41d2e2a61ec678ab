# Objects of a class without functions of this module: nothing holds the module's names in a circle.
import io


class Shout(io.StringIO):
    pass


kept = io.FileIO(1, "w", closefd=False)
text = io.TextIOWrapper(io.BufferedWriter(kept))
text.write("goodbye\n")
print("main", flush=True)
