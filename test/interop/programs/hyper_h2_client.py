"""One piece of work with hyper-h2: WORK HOST PORT AUTHORITY. Ends with 0 where all was as the standard wants it."""
import json
import socket
import ssl
import sys

import h2.config
import h2.connection
import h2.events
import h2.settings

WORK, HOST, PORT, AUTHORITY = sys.argv[1:5]
DEADLINE_S = 30


class Client:
    def __init__(self):
        context = ssl.create_default_context(cafile=AUTHORITY)
        context.set_alpn_protocols(["h2"])
        plain = socket.create_connection(("127.0.0.1", int(PORT)), timeout=DEADLINE_S)
        self.socket = context.wrap_socket(plain, server_hostname=HOST)
        assert self.socket.selected_alpn_protocol() == "h2"
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True, header_encoding="utf-8"))
        self.h2.initiate_connection()
        self.heads, self.bodies, self.trailers, self.ended, self.resets, self.pongs = {}, {}, {}, set(), {}, []
        self.settled = 0
        self.flush()
        self.settle(1)

    def flush(self):
        self.socket.sendall(self.h2.data_to_send())

    def send(self, path, method="GET", more=(), end=True):
        stream = self.h2.get_next_available_stream_id()
        fields = [(":method", method), (":scheme", "https"), (":authority", HOST), (":path", path), *more]
        self.h2.send_headers(stream, fields, end_stream=end)
        self.flush()
        return stream

    def receive(self):
        data = self.socket.recv(65536)
        assert data, "the edge has closed the connection"
        for event in self.h2.receive_data(data):
            if isinstance(event, h2.events.ResponseReceived):
                self.heads[event.stream_id] = dict(event.headers)
            elif isinstance(event, h2.events.DataReceived):
                self.bodies.setdefault(event.stream_id, bytearray()).extend(event.data)
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, h2.events.TrailersReceived):
                self.trailers[event.stream_id] = dict(event.headers)
            elif isinstance(event, h2.events.StreamEnded):
                self.ended.add(event.stream_id)
            elif isinstance(event, h2.events.StreamReset):
                self.resets[event.stream_id] = event.error_code
            elif isinstance(event, h2.events.SettingsAcknowledged):
                self.settled += 1
            elif isinstance(event, h2.events.PingAckReceived):
                self.pongs.append(event.ping_data)
            elif isinstance(event, h2.events.ConnectionTerminated):
                assert event.error_code == 0, event
        self.flush()

    def settle(self, count):
        """Until then the edge goes by the settings before."""
        self.until(lambda: self.settled >= count)

    def until(self, fact):
        while not fact():
            self.receive()

    def answer(self, stream):
        self.until(lambda: stream in self.ended)
        assert self.heads[stream][":status"] == "200", self.heads[stream]
        return bytes(self.bodies.get(stream, b""))

    def told(self, stream):
        return json.loads(self.answer(stream))


def get():
    client = Client()
    assert client.told(client.send("/a?b"))["url"] == "/a?b"


def many():
    client = Client()
    streams = [client.send(f"/{n}") for n in range(100)]
    assert [client.told(stream)["url"] for stream in streams] == [f"/{n}" for n in range(100)]


def upload():
    client = Client()
    body = b"u" * 3_000_000
    stream = client.send("/up", "POST", end=False)
    sent = 0
    while sent < len(body):
        room = min(client.h2.local_flow_control_window(stream), client.h2.max_outbound_frame_size, len(body) - sent)
        if room == 0:
            client.receive()
            continue
        client.h2.send_data(stream, body[sent : sent + room], end_stream=sent + room == len(body))
        client.flush()
        sent += room
    assert client.told(stream)["bytes"] == len(body)


def download():
    client = Client()
    client.h2.update_settings({h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: 16_384})
    client.flush()
    client.settle(2)
    assert len(client.answer(client.send("/download"))) == 20_000_000


def trailers():
    client = Client()
    stream = client.send("/told")
    client.answer(stream)
    assert client.trailers[stream] == {"x-checksum": "trailing"}, client.trailers


def ping():
    client = Client()
    client.h2.ping(b"8 bytes.")
    client.flush()
    client.until(lambda: client.pongs)
    assert client.pongs == [b"8 bytes."]


def unknown():
    client = Client()
    # A frame of type 0xbb, and a setting of number 0xbbbb (RFC 9113, sections 5.5 and 6.5.2).
    client.socket.sendall(bytes([0, 0, 3, 0xBB, 0xFF, 0, 0, 0, 0]) + b"abc")
    client.socket.sendall(bytes([0, 0, 6, 4, 0, 0, 0, 0, 0, 0xBB, 0xBB, 0, 0, 0, 1]))
    assert client.told(client.send("/still"))["url"] == "/still"


def reset():
    client = Client()
    leaving, staying = client.send("/download"), client.send("/download")
    client.until(lambda: leaving in client.heads)
    client.h2.reset_stream(leaving, 8)
    client.flush()
    assert len(client.answer(staying)) == 20_000_000


def grpc():
    client = Client()
    stream = client.send("/echo.Echo/none", "POST", [("content-type", "application/grpc"), ("te", "trailers")])
    client.answer(stream)
    told = {**client.heads[stream], **client.trailers.get(stream, {})}
    assert told["grpc-status"] == "12", told


globals()[WORK]()
