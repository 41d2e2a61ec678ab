# Pictures.
import hashlib

from PIL import Image, ImageDraw

picture = Image.new("RGB", (20, 10), "red")
ImageDraw.Draw(picture).line((0, 0, 19, 9), fill="blue")
print(picture.size, hashlib.sha256(picture.tobytes()).hexdigest(), sorted(Image.registered_extensions())[:3])
