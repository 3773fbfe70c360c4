"""The first of the programs that Nightjar grew out of, as people write it: OpenCV reads the camera, looks for faces in
every 5th picture (Haar, at half the size), keeps their boxes between, and gives JPEGs of quality 85 to whoever asks.
Arguments: the camera's address. Prints its own as soon as the first picture is there."""
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread

os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = "rtsp_transport;tcp"
import cv2  # noqa: E402

FACES = "haarcascade_frontalface_default.xml"
folders = [getattr(getattr(cv2, "data", None), "haarcascades", ""), "/usr/share/opencv4/haarcascades/"]
faces = cv2.CascadeClassifier(next(f + FACES for f in folders if os.path.exists(f + FACES)))
fresh = Condition()
newest = 0, b""


def look():
    global newest
    camera = cv2.VideoCapture(sys.argv[1], cv2.CAP_FFMPEG)
    boxes, number = [], 0
    while True:
        ok, picture = camera.read()
        if not ok:
            os._exit(1)
        if number % 5 == 0:
            grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
            small = cv2.resize(grey, None, fx=0.5, fy=0.5)
            boxes = faces.detectMultiScale(small, 1.3, 5)
        number += 1
        for x, y, w, h in boxes:
            cv2.rectangle(picture, (2 * x, 2 * y), (2 * (x + w), 2 * (y + h)), (0, 255, 0), 2)
        _, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 85])
        with fresh:
            newest = number, jpeg.tobytes()
            fresh.notify_all()


class Stream(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        while True:
            with fresh:
                fresh.wait()
                number, jpeg = newest
            head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\nX-Frame-Id: {number}\r\n\r\n"
            self.wfile.write(head.encode() + jpeg + b"\r\n")


Thread(target=look, daemon=True).start()
with fresh:
    fresh.wait()
server = ThreadingHTTPServer(("127.0.0.1", 0), Stream)
print(f"http://127.0.0.1:{server.server_port}/video_feed", flush=True)
server.serve_forever()
