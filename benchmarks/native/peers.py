"""Other libraries under the protocol of all contenders (benchmarks/internal/contend): peers.py LIBRARY key=value...

Each gets pictures of RGB that are in memory already, as avloom does, and the same settings for the encoder. Each is
used in the way that its documentation shows for many pictures.
"""

import ctypes
import json
import os
import re
import resource
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

library, job = sys.argv[1], dict(a.split("=", 1) for a in sys.argv[2:])
width, height, count, frames = (int(job[k]) for k in ("width", "height", "count", "frames"))
files, parallel, threads = (int(job[k]) for k in ("files", "parallel", "threads"))
codec = job.get("codec", "libx264")
CRF = "23"


def picture(k):
    """The pictures forwards, then backwards."""
    if count < 2:
        return 0
    i = k % (2 * count - 2)
    return i if i < count else 2 * count - 2 - i


def load():
    import numpy as np

    return np.fromfile(job["pictures"], np.uint8).reshape(count, height, width, 3)


def path(number):
    return f"{job['out']}/{number}.mp4"


def settings():
    """The options of the encoder, as FFmpeg names them."""
    if "codec" in job:
        return {"preset": job["preset"]} | dict(o.split("=", 1) for o in job["options"].split(":"))
    return {"preset": job["preset"], "crf": CRF} | ({"x264-params": job["params"]} if job["params"] else {})


def svtav1():
    """The version of SVT-AV1 that this process has loaded, with a comma before it; "" for other encoders."""
    if codec != "libsvtav1":
        return ""
    with open("/proc/self/maps") as maps:
        loaded = {line.split()[-1] for line in maps if "/libSvtAv1Enc" in line}
    for name in loaded:
        version = ctypes.CDLL(name).svt_av1_get_version
        version.restype = ctypes.c_char_p
        return ", SVT-AV1 " + version().decode().lstrip("v")
    # scripts/peers.sh has linked it into the shared FFmpeg, out of sight.
    return svtav1_of(os.environ["AVLOOM_FFMPEG_BIN"] + "/ffmpeg")


def svtav1_of(program):
    """The same for the command of an FFmpeg. SVT-AV1 tells its version on standard error."""
    if codec != "libsvtav1":
        return ""
    command = [program, "-f", "lavfi", "-i", "color=s=64x64", "-frames:v", "1", "-c:v", codec, "-f", "null", "-"]
    told = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"SVT_LOG": "3"})
    version = re.search(r"SVT-AV1 Encoder Lib v([^\s-]+)", told.stderr)
    return f", SVT-AV1 {version[1]}" if version else ""


def pyav():
    import av

    av.logging.set_level(av.logging.ERROR)
    pictures = load()

    def write(number):
        with av.open(path(number), "w") as container:
            stream = container.add_stream(codec, rate=30, options=settings())
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            stream.codec_context.thread_count = threads
            for k in range(frames):
                container.mux(stream.encode(av.VideoFrame.from_ndarray(pictures[picture(k)], format="rgb24")))
            container.mux(stream.encode())

    # PyAV 10 knows the versions of the libraries alone.
    ffmpeg = getattr(av, "ffmpeg_version_info", "with libavcodec %d.%d.%d" % av.library_versions["libavcodec"])
    return f"{av.__version__}, FFmpeg {ffmpeg}{svtav1()}", write


def opencv():
    options = settings() | {"threads": str(threads)}
    os.environ["OPENCV_FFMPEG_WRITER_OPTIONS"] = "|".join(f"{k};{v}" for k, v in options.items())
    os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
    import cv2

    if codec != "libx264":
        sys.exit("no SVT-AV1 in OpenCV's FFmpeg")
    pictures = load()[..., ::-1].copy()  # it takes B, G, R

    def open_writer(name):
        writer = cv2.VideoWriter(name, cv2.CAP_FFMPEG, cv2.VideoWriter_fourcc(*"avc1"), 30.0, (width, height))
        if not writer.isOpened():
            sys.exit(f"the FFmpeg of OpenCV {cv2.__version__} has no encoder for H.264")
        return writer

    def write(number):
        writer = open_writer(path(number))
        for k in range(frames):
            writer.write(pictures[picture(k)])
        writer.release()

    open_writer(path(0)).release()
    ffmpeg = re.search(r"avcodec: +YES \((.*)\)", cv2.getBuildInformation())
    return f"{cv2.__version__}, FFmpeg with libavcodec {ffmpeg[1] if ffmpeg else 'unknown'}", write


def imageio():
    import imageio_ffmpeg

    pictures = [p.tobytes() for p in load()]
    output = ["-threads", str(threads)] + [text for k, v in settings().items() for text in ("-" + k, v)]

    def write(number):
        writer = imageio_ffmpeg.write_frames(
            path(number), (width, height), fps=30, pix_fmt_in="rgb24", pix_fmt_out="yuv420p", codec=codec, quality=None,
            macro_block_size=1, ffmpeg_log_level="error", output_params=output,
        )  # fmt: skip
        writer.send(None)
        for k in range(frames):
            writer.send(pictures[picture(k)])
        writer.close()

    ffmpeg = imageio_ffmpeg.get_ffmpeg_version().removeprefix("n").split("-")[0]
    return f"{imageio_ffmpeg.__version__}, FFmpeg {ffmpeg}{svtav1_of(imageio_ffmpeg.get_ffmpeg_exe())}", write


def torchcodec():
    import torch
    import torchcodec
    from torchcodec._core import get_ffmpeg_library_versions
    from torchcodec.encoders import Encoder

    gpu = codec.endswith("_nvenc")
    pictures = torch.from_numpy(load()).permute(0, 3, 1, 2)
    if job["layout"] == "NCHW":
        pictures = pictures.contiguous()
    clip = pictures[[picture(k) for k in range(frames)]] if job["mode"] == "render" else None
    if gpu:  # it takes no pixel format; the pictures come from the processor's memory, as for all
        options = {"device": "cuda", "preset": job["preset"], "extra_options": {"rc": "constqp", "qp": CRF}}
    else:
        extra = settings() | {"threads": str(threads)}
        options = {"pixel_format": "yuv420p", "preset": extra.pop("preset"), "crf": int(extra.pop("crf"))}
        options["extra_options"] = extra

    def write(number):
        encoder = Encoder()
        video = encoder.add_video(height=height, width=width, frame_rate=30, codec=codec, **options)
        with encoder.open_file(path(number)):
            if clip is not None:
                video.add_frames(clip)
                return
            for k in range(frames):
                one = pictures[picture(k)][None]
                video.add_frames(one.cuda() if gpu else one)

    ffmpeg = get_ffmpeg_library_versions()["ffmpeg_version"].split("-")[0]
    return f"{torchcodec.__version__}, torch {torch.__version__}, FFmpeg {ffmpeg}{svtav1()}", write


def cpu():
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def main():
    makers = {"PyAV": pyav, "OpenCV": opencv, "torchcodec": torchcodec, "imageio-ffmpeg": imageio}
    version, write = makers[library]()
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
