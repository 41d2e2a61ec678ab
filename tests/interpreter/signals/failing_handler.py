# A handler that raises.
# ends: {"exit_code": 1, "stderr": {"has": ["in handler", "RuntimeError: from the handler"]}}
import signal


def handler(number, frame):
    raise RuntimeError("from the handler")


signal.signal(signal.SIGUSR1, handler)
signal.raise_signal(signal.SIGUSR1)
