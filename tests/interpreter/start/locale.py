# Encodings, locale and time zone.
import locale
import sys
import time

print(sys.getdefaultencoding(), sys.getfilesystemencoding(), sys.getfilesystemencodeerrors())
print(locale.getlocale(), locale.getpreferredencoding(), locale.getencoding(), locale.setlocale(locale.LC_ALL))
print(sorted(locale.localeconv().items()))
print(time.tzname, time.timezone, time.strftime("%A %B", time.gmtime(0)))
with open("a", "w") as file:
    print(file.encoding, file.errors)
