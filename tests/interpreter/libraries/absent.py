# A library that is not there.
# each: ["torch", "requests", "sklearn", "cv2"]
# ends: {"exit_code": 1, "stderr": "Traceback (most recent call last):\n  File \"/work/main.py\", line 4, in <module>\n    import EACH\nModuleNotFoundError: No module named 'EACH'\n"}
import EACH
