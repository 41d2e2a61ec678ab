# Sockets on the loopback, pairs, selectors.
import selectors
import socket
import threading

listener = socket.create_server(("127.0.0.1", 0))


def serve():
    connection, _ = listener.accept()
    with connection:
        connection.sendall(connection.recv(100).upper())


thread = threading.Thread(target=serve)
thread.start()
with socket.create_connection(listener.getsockname()) as client:
    client.sendall(b"hello")
    print(client.recv(100))
thread.join()
a, b = socket.socketpair()
with selectors.DefaultSelector() as selector:
    selector.register(b, selectors.EVENT_READ)
    print(selector.select(0))
    a.send(b"x")
    print(len(selector.select(5)), type(selector).__name__)
print(socket.gethostname(), socket.gethostbyname("localhost"))
try:
    socket.create_connection(("192.0.2.1", 9), 2)
except OSError as error:
    print(type(error).__name__, error)
