// Waiting: an answer that takes time but no work, and one made of what a slow upstream answers.
"use strict";

const { setTimeout } = require("node:timers/promises");

const { Agent } = require("undici");

const { HttpError, integer, sendJson, splitUrl } = require("./message.js");

// Node's fetch() is undici's; how many connections it has can be told by the package only.
const dispatcher = new Agent({ connections: 256 });

async function sleep(request, response, digits) {
  const ms = Number(digits);
  if (ms > 10_000) throw new HttpError(400);
  await setTimeout(ms);
  sendJson(response, 200, { ms });
}

async function fanout(request, response, digits) {
  const n = Number(digits);
  if (n > 100) throw new HttpError(400);
  const start = integer(new URLSearchParams(splitUrl(request.url).query).get("start"), 0, 999_999_999);
  const signal = AbortSignal.timeout(2_000);
  const quotes = await Promise.all(Array.from({ length: n }, (_, i) => quote(start + i, signal)));
  sendJson(response, 200, { prices: quotes.map(({ price }) => price) });
}

async function quote(id, signal) {
  try {
    const answer = await fetch(`${process.env.UPSTREAM}/quote/${id}`, { dispatcher, signal });
    if (answer.ok) return await answer.json();
  } catch {}
  throw new HttpError(503);
}

module.exports = { sleep, fanout };
