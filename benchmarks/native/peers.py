"""Other libraries under the protocol of all contenders (benchmarks/internal/contend): peers.py LIBRARY key=value...

Each gets pictures of packed RGB that are in memory already, as avloom does, and the same settings for x264.
"""

import json
import os
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor

library, job = sys.argv[1], dict(a.split("=", 1) for a in sys.argv[2:])
width, height, count, frames = (int(job[k]) for k in ("width", "height", "count", "frames"))
files, parallel, threads = (int(job[k]) for k in ("files", "parallel", "threads"))
CRF = 23


def picture(k):
    """The pictures forwards, then backwards."""
    if count < 2:
        return 0
    i = k % (2 * count - 2)
    return i if i < count else 2 * count - 2 - i


def load():
    import numpy as np

    return np.fromfile(job["pictures"], np.uint8).reshape(count, height, width, 3)


def x264_options():
    options = {"preset": job["preset"], "crf": str(CRF)}
    if job["params"]:
        options["x264-params"] = job["params"]
    return options


def pyav():
    import av

    av.logging.set_level(av.logging.ERROR)
    pictures = load()

    def write(number):
        with av.open(f"{job['out']}/{number}.mp4", "w") as container:
            stream = container.add_stream("libx264", rate=30, options=x264_options())
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            stream.codec_context.thread_count = threads
            for k in range(frames):
                container.mux(stream.encode(av.VideoFrame.from_ndarray(pictures[picture(k)], format="rgb24")))
            container.mux(stream.encode())

    return av.__version__, write


def opencv():
    options = x264_options() | {"threads": str(threads)}
    os.environ["OPENCV_FFMPEG_WRITER_OPTIONS"] = "|".join(f"{k};{v}" for k, v in options.items())
    import cv2

    pictures = load()[..., ::-1].copy()  # it takes B, G, R

    def write(number):
        fourcc = cv2.VideoWriter_fourcc(*"avc1")
        writer = cv2.VideoWriter(f"{job['out']}/{number}.mp4", cv2.CAP_FFMPEG, fourcc, 30.0, (width, height))
        if not writer.isOpened():
            sys.exit("has no encoder for H.264")
        for k in range(frames):
            writer.write(pictures[picture(k)])
        writer.release()

    return cv2.__version__, write


def torchcodec():
    import torch
    import torchcodec
    from torchcodec.encoders import VideoEncoder

    order = [picture(k) for k in range(frames)]
    pictures = torch.from_numpy(load())[order].permute(0, 3, 1, 2)
    if job["layout"] == "NCHW":
        pictures = pictures.contiguous()
    if "codec" in job:
        # The GPU takes no pixel format. The pictures come from the processor's memory, as for all.
        options = {"codec": job["codec"], "preset": job["preset"], "extra_options": {"rc": "constqp", "qp": str(CRF)}}
    else:
        extra = {"threads": str(threads)} | ({"x264-params": job["params"]} if job["params"] else {})
        options = {"codec": "libx264", "pixel_format": "yuv420p", "crf": CRF, "preset": job["preset"]}
        options["extra_options"] = extra

    def write(number):
        frames = pictures.cuda() if "codec" in job else pictures
        VideoEncoder(frames, frame_rate=30).to_file(f"{job['out']}/{number}.mp4", **options)

    return f"{torchcodec.__version__}, torch {torch.__version__}", write


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main():
    version, write = {"PyAV": pyav, "OpenCV": opencv, "torchcodec": torchcodec}[library]()
    print("ready", json.dumps({"version": version}), flush=True)
    with ThreadPoolExecutor(parallel) as pool:
        for _ in sys.stdin:
            start, spent = time.perf_counter(), cpu()
            if parallel == 1:
                for number in range(files):
                    write(number)
            else:
                list(pool.map(write, range(files)))
            print(json.dumps({"wall": time.perf_counter() - start, "cpu": cpu() - spent}), flush=True)


main()
