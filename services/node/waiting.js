// Waiting: an answer that takes time, but no work.
"use strict";

const { setTimeout } = require("node:timers/promises");

const { HttpError, sendJson } = require("./message.js");

async function sleep(request, response, digits) {
  const ms = Number(digits);
  if (ms > 10_000) throw new HttpError(400);
  await setTimeout(ms);
  sendJson(response, 200, { ms });
}

module.exports = { sleep };
