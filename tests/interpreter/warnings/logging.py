# Messages without any setting up.
# ends: {"stderr": "warning\nlast resort error\nERROR:named:after basicConfig\n"}
import logging

logging.getLogger("a").info("not shown")
logging.getLogger("a").warning("warning")
logging.getLogger().handlers == [] and logging.getLogger("b").error("last resort %s", "error")
logging.basicConfig()
logging.getLogger("named").error("after basicConfig")
