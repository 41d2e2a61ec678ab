# The thread that runs the program.
import os
import threading

main = threading.main_thread()
print(main.name, main.ident == threading.get_ident(), main.native_id == os.getpid(), main.daemon, main is threading.current_thread())
print(threading.active_count(), threading.enumerate() == [main], main.is_alive(), repr(main).split(" ")[0])
print(len(os.listdir("/proc/self/task")), threading.stack_size())
t = threading.Thread(target=lambda: print(threading.current_thread().name))
t.start()
t.join()
