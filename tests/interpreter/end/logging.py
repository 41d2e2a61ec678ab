# Messages that are kept until the end.
# ends: {"stdout": "main\n", "stderr": "INFO:root:kept 1\nINFO:root:kept 2\n"}
import logging
import logging.handlers

logging.basicConfig(level=logging.INFO)
target = logging.getLogger().handlers[0]
memory = logging.handlers.MemoryHandler(100, target=target)
logging.getLogger().handlers = [memory]
logging.info("kept 1")
logging.info("kept %d", 2)
print("main")
