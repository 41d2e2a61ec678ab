# Pictures as files, byte for byte.
import hashlib
import io

import matplotlib

matplotlib.rcParams["svg.hashsalt"] = "salt"
import matplotlib.pyplot as plt
import numpy as np

figure, axes = plt.subplots(2, 2, figsize=(4, 3))
x = np.linspace(0, 6, 50)
axes[0, 0].plot(x, np.sin(x), label="sin ž")
axes[0, 0].legend()
axes[0, 1].bar([1, 2, 3], [3, 1, 2])
axes[1, 0].imshow(np.eye(5))
axes[1, 1].text(0.5, 0.5, r"$\frac{a}{b}$")
for kind, metadata in (("png", None), ("svg", {"Date": None}), ("raw", None)):
    target = io.BytesIO()
    figure.savefig(target, format=kind, metadata=metadata) if metadata else figure.savefig(target, format=kind)
    print(kind, len(target.getvalue()), hashlib.sha256(target.getvalue()).hexdigest())
plt.close()
