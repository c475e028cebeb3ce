"use strict";
const byId = id => document.getElementById(id);
const say = (id, text) => { byId(id).textContent = text; };
const percent = (part, whole) => whole > 0 ? Math.max(0, Math.min(100, 100 * part / whole)) : 0;
const box = { width: 138, height: 58, columnGap: 62, outputGap: 170, rowGap: 30 };

const nodeKey = n => n.Stream < 0 ? n.Name : `${n.Name} ${n.Stream}`;
const edgeKey = e => `${e.From} ${e.Stream} ${e.To}`;
const isOutput = (stats, name) => stats.Nodes.some(n => n.Stream < 0 && n.Name === name);
const target = (stats, e) => isOutput(stats, e.To) ? e.To : `${e.To} ${e.Stream}`;

// place gives each actor a place: a row for each stream, from the caller to the encoder, and a column at the right for the outputs.
function place(stats) {
  const places = new Map(), outputs = stats.Nodes.filter(n => n.Stream < 0), rows = Math.max(stats.Streams.length, outputs.length);
  const x = column => 2 + column * (box.width + box.columnGap), y = (row, of) => 10 + (row + (rows - of) / 2) * (box.height + box.rowGap);
  let end = 0;
  for (const s of stats.Streams)
    stats.Edges.filter(e => e.Stream === s.Stream).filter((e, i, all) => all.findIndex(o => o.From === e.From) === i).forEach((e, i) => {
      places.set(`${e.From} ${s.Stream}`, { x: x(i), y: y(s.Stream, stats.Streams.length), name: e.From, stream: s });
      end = Math.max(end, x(i) + box.width);
    });
  outputs.forEach((n, i) => places.set(n.Name, { x: end + box.outputGap, y: y(i, outputs.length), name: n.Name }));
  return { places, end, width: end + box.outputGap + box.width + 2, height: y(rows - 1, rows) + box.height + 10 };
}

// draw makes the picture of the graph, once: what changes has a data-key.
function draw(stats) {
  const { places, end, width, height } = place(stats);
  let svg = `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="the graph of actors and queues">`;
  for (const e of stats.Edges) {
    const from = places.get(`${e.From} ${e.Stream}`), to = places.get(target(stats, e)), x1 = from.x + box.width, x2 = to.x, bend = isOutput(stats, e.To) ? end : x1, y1 = from.y + box.height / 2;
    const y2 = isOutput(stats, e.To) ? to.y + box.height * (e.Stream + 1) / (stats.Streams.length + 1) : y1, bar = x2 - 46;
    const text = isOutput(stats, e.To) ? `x="${bar - 6}" y="${y2 - 4}" text-anchor="end"` : `x="${bar}" y="${y2 - 12}"`;
    svg += `<path d="M${x1} ${y1} L${bend + 8} ${y1} L${bend + 40} ${y2} L${x2} ${y2}"/><g class="queue" data-key="${edgeKey(e)}"><text class="soft" ${text}></text>` +
      `<rect class="rail" x="${bar}" y="${y2 - 5}" width="40" height="10" rx="3"/><rect class="fill" x="${bar}" y="${y2 - 5}" width="0" height="10" rx="3"/></g>`;
  }
  for (const [key, p] of places) {
    const title = p.name === "input" ? `${p.stream.Kind}, stream ${p.stream.Stream}` : p.name;
    svg += `<g class="actor" data-key="${key}"><rect class="node" x="${p.x}" y="${p.y}" width="${box.width}" height="${box.height}" rx="7"/>` +
      `<text x="${p.x + 10}" y="${p.y + 19}" font-weight="600">${title}</text><text class="soft detail" x="${p.x + 10}" y="${p.y + 35}"></text>` +
      `<rect class="rail" x="${p.x + 10}" y="${p.y + 43}" width="${box.width - 20}" height="6" rx="3"/><rect class="busy" x="${p.x + 10}" y="${p.y + 43}" width="0" height="6" rx="3"/></g>`;
  }
  byId("graph").innerHTML = svg + "</svg>";
}

const part = (kind, key, selector) => byId("graph").querySelector(`.${kind}[data-key="${key}"] ${selector}`);

let drawn = "";
function update(look) {
  const { Total: total, Recent: recent } = look;
  if (total.Nodes === null) return; // not open yet
  const actors = total.Nodes.map(nodeKey).join();
  if (drawn !== actors) draw(total); // also where an output has ended
  drawn = actors;
  for (const n of recent.Nodes) {
    const key = nodeKey(n), share = percent(n.Busy, n.Busy + n.Blocked + n.Idle);
    part("actor", key, ".busy").setAttribute("width", (box.width - 20) * share / 100);
    part("actor", key, ".detail").textContent = `busy ${share.toFixed(0)} %, holds ${n.Held}`;
  }
  for (const s of total.Streams) part("actor", `input ${s.Stream}`, ".detail").textContent = `${s.Codec}, ${s.Accepted} in`;
  for (const e of total.Edges) {
    const fill = part("queue", edgeKey(e), ".fill");
    fill.setAttribute("width", 40 * percent(e.Queued, e.Depth) / 100);
    const shared = total.Outputs.some(o => o.Node === e.To && !o.BestEffort); // by all streams
    const waiting = total.Edges.filter(o => o === e || shared && o.To === e.To).reduce((sum, o) => sum + o.Queued, 0);
    fill.classList.toggle("full", waiting >= e.Depth);
    part("queue", edgeKey(e), "text").textContent = `${e.Queued} of ${e.Depth}`;
  }
  showOutputs(total.Outputs);
  byId("viewer").textContent = look.Viewing ? "stop the viewer" : "let the viewer go on";
  byId("viewer").dataset.viewing = look.Viewing;
  const video = total.Streams[0];
  say("fps", (total.Over ? video.FPS : video.RecentFPS).toFixed(1));
  say("speed", (total.Over ? video.Speed : video.RecentSpeed).toFixed(2));
  say("bytes", `${(total.BytesWritten / 1e6).toFixed(2)} MB`);
  say("frames", video.Accepted);
  say("encoded", `${(video.Encoded / 1e9).toFixed(1)} s`);
  say("held", `${total.Streams.reduce((sum, s) => sum + s.Held, 0)} packets`);
  const cpu = recent.CPU.Span > 0 ? recent.CPU : total.CPU;
  if (cpu.Span > 0) say("cores", `${(cpu.Used / cpu.Span).toFixed(2)} of ${cpu.Cores}`);
  say("bottleneck", look.Bottleneck);
}

// showOutputs fills the table of outputs.
function showOutputs(outputs) {
  const body = byId("outputs").querySelector("tbody");
  while (body.rows.length > outputs.length) body.deleteRow(-1);
  while (body.rows.length < outputs.length) body.insertRow().innerHTML = '<td><td><td><span class="bar"><i></i></span> <span></span><td><td><td><td><td class="error">';
  outputs.forEach((o, i) => {
    const [name, state, queue, bytes, lost, reconnects, latency, error] = body.rows[i].cells;
    name.textContent = `${o.Node}: ${o.Name}${o.BestEffort ? ", best effort" : ""}`;
    state.textContent = state.className = o.State;
    queue.querySelector("i").style.width = `${percent(o.Queued, o.Depth)}%`;
    queue.querySelector(".bar").classList.toggle("full", o.Queued >= o.Depth);
    queue.lastChild.textContent = `${o.Queued} of ${o.Depth}`;
    bytes.textContent = `${(o.BytesWritten / 1e6).toFixed(2)} MB`;
    lost.textContent = o.Lost;
    reconnects.textContent = o.Reconnects;
    latency.innerHTML = (o.Latency ?? []).map(l => `stream ${l.Stream}: ${milliseconds(l.P50)}, ${milliseconds(l.P99)}`).join("<br>");
    error.textContent = o.Err ?? "";
  });
}

const milliseconds = nanoseconds => `${(nanoseconds / 1e6).toFixed(0)} ms`;

// The viewer is the program's: it is told to stop taking what it gets, or to go on.
byId("viewer").onclick = () => fetch(`viewer?viewing=${byId("viewer").dataset.viewing === "false"}`, { method: "POST" });

// preview shows the latest picture, one at a time.
let asking = false;
async function preview(frame) {
  const img = byId("preview");
  if (asking || frame < 0 || img.dataset.frame === String(frame)) return;
  asking = true;
  try {
    const response = await fetch("preview.png"), url = URL.createObjectURL(await response.blob()), next = new Image();
    next.src = url;
    await next.decode();
    URL.revokeObjectURL(img.src);
    img.src = url;
    await img.decode();
    img.dataset.frame = response.headers.get("Frame");
  } finally {
    asking = false;
  }
}

new EventSource("events").onmessage = event => {
  const look = JSON.parse(event.data);
  update(look);
  preview(look.Frame);
};
