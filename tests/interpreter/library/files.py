# Files and folders as programs use them.
import glob, os, pathlib, shutil, tempfile, mmap, stat

path = pathlib.Path("folder/inner")
path.mkdir(parents=True)
(path / "a.txt").write_text("text é\n")
os.symlink("a.txt", path / "link")
shutil.copytree("folder", "copy", symlinks=True)
print(sorted(glob.glob("**/*", recursive=True)), (path / "link").read_text(), path.resolve(), stat.filemode(os.stat(path / "a.txt").st_mode))
with open(path / "a.txt", "r+b") as file, mmap.mmap(file.fileno(), 0) as mapped:
    mapped[0:1] = b"T"
print(open(path / "a.txt").read(), os.path.getsize(path / "a.txt"))
with tempfile.TemporaryDirectory() as folder:
    print(os.path.dirname(folder), os.listdir(folder))
shutil.rmtree("copy")
try:
    open("nothing")
except FileNotFoundError as error:
    print(error, error.errno, error.filename)
print(os.path.exists("copy"), pathlib.Path.home(), pathlib.Path.cwd())
