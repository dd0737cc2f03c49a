// Work: arithmetic that keeps the CPU busy.
"use strict";

const { HttpError, sendJson } = require("./message.js");

function cpu(request, response, digits) {
  const n = Number(digits);
  if (n > 100_000) throw new HttpError(400);
  sendJson(response, 200, { result: xorshift(n) });
}

function xorshift(n) {
  let x = n;
  for (let i = 0; i < n; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
  }
  return x >>> 0; // JavaScript's bits have a sign
}

module.exports = { cpu };
