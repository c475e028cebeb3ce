"use strict";
// The page plays the stream in the way that its address names (#video, #mse, #hls).
const video = document.querySelector("video"), state = document.getElementById("state");
const say = text => { state.textContent = text; };

// start plays what there is. Attribute autoplay would make Chromium wait for three seconds of video.
const start = () => video.play().catch(() => {}); // the user was faster, and has stopped it
const startWhenReady = () => video.addEventListener("canplay", start, { once: true });

// Each way returns a function that ends it.
const ways = {
  // The browser plays a response that does not end. It decides itself how far it is behind.
  video() {
    video.src = "live.mp4";
    startWhenReady();
    return () => {};
  },

  // The page reads the response itself, and hands it to the browser piece by piece.
  mse() {
    const source = new MediaSource(), stop = new AbortController();
    video.src = URL.createObjectURL(source);
    source.addEventListener("sourceopen", () => {
      URL.revokeObjectURL(video.src);
      receive(source, stop.signal).catch(error => { if (!stop.signal.aborted) tryAgain(error.message); });
    }, { once: true });
    holding = true;
    video.addEventListener("waiting", hold);
    const following = setInterval(followLive, 250);
    return () => { stop.abort(); clearInterval(following); video.removeEventListener("waiting", hold); video.playbackRate = 1; };
  },

  // hls.js plays HLS where it is served. Some browsers can do so themselves.
  hls() {
    if (window.Hls?.isSupported()) {
      const hls = new Hls({ liveSyncDurationCount: 2 });
      hls.on(Hls.Events.ERROR, (_, error) => { if (error.fatal) tryAgain(error.details); });
      hls.loadSource("hls/index.m3u8");
      hls.attachMedia(video);
      startWhenReady();
      return () => hls.destroy();
    }
    startWhenReady();
    if (video.canPlayType("application/vnd.apple.mpegurl")) video.src = "hls/index.m3u8";
    else say("this browser needs hls.js to play HLS: start the program with -hlsjs");
    return () => {};
  },
};

// receive appends the stream to the buffer of the player, as long as it goes on.
async function receive(source, signal) {
  const buffer = source.addSourceBuffer('video/mp4; codecs="avc1.64001e, mp4a.40.2"');
  const done = () => new Promise((resolve, reject) => {
    buffer.addEventListener("updateend", resolve, { once: true });
    buffer.addEventListener("error", () => reject(new Error("the browser cannot play this")), { once: true });
  });
  const response = await fetch("live.mp4", { signal });
  if (!response.ok) throw new Error(await response.text());
  for (const reader = response.body.getReader(); ;) {
    const { value, done: over } = await reader.read();
    if (over) break;
    const appended = done();
    buffer.appendBuffer(value);
    await appended;
    if (holding && inHand() >= reserve) {
      holding = false;
      start();
    }
    if (buffer.buffered.length > 0 && buffer.buffered.start(0) < video.currentTime - 60) { // what was seen would fill the memory
      const removed = done();
      buffer.remove(0, video.currentTime - 30);
      await removed;
    }
  }
  source.endOfStream();
}

// reserve is how many seconds of video to have in hand before playback begins: little, to start early.
// It grows each time that playback had to stop because the network or the computer hesitated.
let reserve = 0.4, holding = false;

// hold lets playback wait until there is a larger reserve.
function hold() {
  if (holding || video.seeking) return;
  holding = true;
  reserve = Math.min(reserve + 0.4, 3);
  video.pause();
}

// inHand returns how many seconds of video are there that were not played.
function inHand() {
  const parts = video.buffered;
  return parts.length > 0 ? parts.end(parts.length - 1) - Math.max(video.currentTime, parts.start(parts.length - 1)) : 0;
}

// followLive plays a little faster where playback falls behind, and jumps to what is live after a
// pause, a sleep of the computer, or frames that were lost on a slow network.
function followLive() {
  const parts = video.buffered, last = parts.length - 1;
  if (last < 0 || video.paused || video.ended) return;
  const behind = parts.end(last) - video.currentTime;
  if (video.currentTime < parts.start(last) || behind > reserve + 5) video.currentTime = Math.max(parts.start(last), parts.end(last) - reserve);
  video.playbackRate = behind > reserve + 0.5 ? 1.1 : 1;
  say(`${behind.toFixed(1)} s behind`);
}

// tryAgain begins anew in a second, as when the server is restarted, or has no HLS yet.
function tryAgain(reason) {
  say(reason);
  clearTimeout(waiting);
  waiting = setTimeout(play, 1000);
}

let end = () => {}, waiting;
function play() {
  clearTimeout(waiting);
  const way = location.hash.slice(1) in ways ? location.hash.slice(1) : "video";
  end();
  video.removeAttribute("src");
  video.load(); // ends the request that went on for it
  say("");
  for (const b of document.querySelectorAll("button")) b.setAttribute("aria-pressed", b.dataset.way === way);
  end = ways[way]();
}

video.addEventListener("ended", () => tryAgain("the stream is over"));
video.addEventListener("error", () => tryAgain(video.error.message));
document.querySelector("nav").addEventListener("click", event => {
  if (event.target.dataset.way) location.hash = event.target.dataset.way;
});
window.addEventListener("hashchange", play);
play();
