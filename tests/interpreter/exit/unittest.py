# A run of unit tests, of which one fails.
# ends: {"exit_code": 1, "stderr": {"has": ["FAILED (failures=1, errors=1)", "test_b (__main__.T.test_b)"]}}
import re
import sys
import unittest


class T(unittest.TestCase):
    def test_a(self):
        self.assertEqual(1, 1)

    def test_b(self):
        self.assertEqual([1], [2])

    def test_c(self):
        undefined


class Plain:
    def write(self, text):
        sys.__stderr__.write(re.sub(r"in \d+\.\d+s", "in TIME", text))

    def flush(self):
        pass


sys.stderr = Plain()
unittest.main(verbosity=2)
