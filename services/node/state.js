// State: a cookie, and a session that is signed. Node has no sessions: HMAC-SHA256 signs what the cookie holds.
"use strict";

const { createHmac, timingSafeEqual } = require("node:crypto");

const { parseCookie, stringifySetCookie } = require("cookie");

const { sendJson, splitUrl } = require("./message.js");

const SECRET_KEY = "of this stand, and no secret";

function cookie(request, response) {
  const args = new URLSearchParams(splitUrl(request.url).query);
  const color = args.get("set");
  if (color) setCookie(response, "color", color, { maxAge: 3600 });
  else if (args.has("expire")) setCookie(response, "color", "", { maxAge: 0 });
  sendJson(response, 200, { color: getCookie(request, "color") });
}

function session(request, response) {
  const { visits } = openSession(getCookie(request, "session"));
  const opened = { visits: visits + 1 };
  setCookie(response, "session", sealSession(opened));
  sendJson(response, 200, opened);
}

function getCookie(request, name) {
  return parseCookie(request.headers.cookie ?? "")[name] ?? null;
}

function setCookie(response, name, value, options) {
  const cookie = stringifySetCookie({ name, value, path: "/", httpOnly: true, sameSite: "lax", ...options });
  response.appendHeader("Set-Cookie", cookie);
}

function sealSession(session) {
  const payload = Buffer.from(JSON.stringify(session)).toString("base64url");
  return `${payload}.${sign(payload)}`;
}

// A new one if there is none, or one that is forged.
function openSession(sealed) {
  const [payload, signature] = (sealed ?? "").split(".");
  if (!signature || !isSame(signature, sign(payload))) return { visits: 0 };
  return JSON.parse(Buffer.from(payload, "base64url"));
}

function sign(payload) {
  return createHmac("sha256", SECRET_KEY).update(payload).digest("base64url");
}

function isSame(text, other) {
  const [a, b] = [Buffer.from(text), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

module.exports = { cookie, session };
