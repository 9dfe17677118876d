"""Servers for applications that show a visitor's variant: ASGI and WSGI, over a socket."""

import contextlib
import threading
import wsgiref.simple_server

KEY = "homepage-headline"


@contextlib.contextmanager
def asgi_server(app):
    """Serve an ASGI application over a socket, with its lifespan; gives its address."""
    import socket

    import uvicorn

    config = uvicorn.Config(app, log_level="warning", lifespan="on")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join()


class QuietHandler(wsgiref.simple_server.WSGIRequestHandler):
    def log_message(self, *_):
        pass


@contextlib.contextmanager
def wsgi_server(app):
    """Serve a WSGI application over a socket; gives its address."""
    with wsgiref.simple_server.make_server(
        "127.0.0.1", 0, app, handler_class=QuietHandler
    ) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
