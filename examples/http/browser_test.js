// The test evaluates this in the page.
(() => {
  const pen = Object.assign(document.createElement("canvas"), { width: 640, height: 45 }).getContext("2d", { willReadFrequently: true });

  // read returns the number of the picture that is shown.
  const read = () => {
    pen.drawImage(video, 0, 0, 640, 360);
    const row = pen.getImageData(0, 20, 640, 1).data;
    let number = 0;
    for (let bit = 0; bit < 16; bit++) if (row[4 * (40 * bit + 20)] > 127) number |= 1 << bit;
    return number;
  };
  video.addEventListener("waiting", () => { if (window.seen?.played > 0.5) seen.waits++; });

  // watch begins to play the stream anew, and keeps in "seen" what is shown.
  window.watch = () => {
    const mine = window.seen = { waits: 0 }, asked = performance.now();
    play();
    const look = async (_, { mediaTime }) => {
      if (seen !== mine) return;
      const number = read();
      video.requestVideoFrameCallback(look);
      if (mine.first === undefined) {
        Object.assign(mine, { first: number, after: performance.now() - asked, begun: mediaTime });
        fetch("latest").then(response => response.json()).then(latest => { mine.behind = latest - number; });
      }
      Object.assign(mine, { last: number, played: mediaTime - mine.begun, sound: video.webkitAudioDecodedByteCount });
    };
    video.requestVideoFrameCallback(look);
  };
})();
null
