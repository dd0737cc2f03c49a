// Streams: an answer piece by piece, server-sent events, and a WebSocket that echoes. WebSockets are of the package ws.
"use strict";

const { pipeline } = require("node:stream/promises");
const { setTimeout } = require("node:timers/promises");

const { WebSocketServer } = require("ws");

const { HttpError, integer, splitUrl } = require("./message.js");

const MAX_MESSAGE = 1024 * 1024;

async function stream(request, response, digits) {
  const chunks = Number(digits);
  if (chunks > 1_000) throw new HttpError(400);
  const args = new URLSearchParams(splitUrl(request.url).query);
  const ms = integer(args.get("ms") ?? "0", 0, 1_000);
  response.writeHead(200, { "Content-Type": "text/plain; charset=utf-8" });
  await pipeline(pieces(chunks, ms), response);
}

async function* pieces(chunks, ms) {
  for (let i = 1; i <= chunks; i++) {
    yield `piece ${i}\n`;
    if (ms) await setTimeout(ms);
  }
}

async function events(request, response) {
  const args = new URLSearchParams(splitUrl(request.url).query);
  const count = integer(args.get("count"), 1, 1_000);
  const ms = integer(args.get("ms") ?? "0", 0, 1_000);
  response.writeHead(200, { "Content-Type": "text/event-stream" });
  await pipeline(ticks(count, args.get("name") ?? "", ms), response);
}

async function* ticks(count, name, ms) {
  for (let i = 1; i <= count; i++) {
    yield `id: ${i}\nevent: tick\ndata: ${name} ${i}\n\n`;
    if (ms) await setTimeout(ms);
  }
}

function echoOn(server) {
  new WebSocketServer({ server, path: "/ws", maxPayload: MAX_MESSAGE }).on("connection", (socket) => {
    socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
    socket.on("error", () => {}); // a frame that is broken or too large: ws has closed the connection
  });
}

module.exports = { stream, events, echoOn };
