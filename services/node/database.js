// Database: rows of PostgreSQL by the package pg, one by one, and a page of them.
"use strict";

const { Pool } = require("pg");

const { HttpError, integer, sendHtml, sendJson, splitUrl } = require("./message.js");
const { html } = require("./pages.js");

const TIMEOUT = 2_000;

// To the database that the environment names; each connection is opened when it is first needed.
const connections = new Pool({
  max: Number(process.env.DATABASE_CONNECTIONS),
  idleTimeoutMillis: 0,
  connectionTimeoutMillis: TIMEOUT, // for one that is free, too
  statement_timeout: TIMEOUT,
  query_timeout: TIMEOUT, // where not even that is answered
});
// The pool replaces a connection that is lost; without a listener, each such error would end the process.
connections.on("error", () => {});
connections.on("connect", (client) => client.on("error", () => {}));

async function db(request, response) {
  const args = new URLSearchParams(splitUrl(request.url).query);
  const id = integer(args.get("id"), 1, 10_000);
  const [row] = await select("SELECT id, number FROM world WHERE id = $1", [id]);
  sendJson(response, 200, row);
}

async function queries(request, response, n) {
  const args = new URLSearchParams(splitUrl(request.url).query);
  const rows = [];
  for (const id of askedFor(n, args)) {
    rows.push(...(await select("SELECT id, number FROM world WHERE id = $1", [id])));
  }
  sendJson(response, 200, rows);
}

async function updates(request, response, n) {
  const args = new URLSearchParams(splitUrl(request.url).query);
  const ids = askedFor(n, args);
  const number = integer(args.get("number"), 0, 10_000);
  const rows = [];
  await transaction(async (client) => {
    for (const id of ids) {
      const { rows: [row] } = await client.query("SELECT id, number FROM tally WHERE id = $1 FOR UPDATE", [id]);
      await client.query("UPDATE tally SET number = $1 WHERE id = $2", [number, row.id]);
      rows.push({ id: row.id, number });
    }
  });
  sendJson(response, 200, rows);
}

async function fortunes(request, response) {
  const args = new URLSearchParams(splitUrl(request.url).query);
  const rows = await select("SELECT id, message FROM fortune");
  rows.push({ id: 0, message: args.get("added") ?? "" });
  rows.sort((a, b) => (a.message < b.message ? -1 : 1));
  sendHtml(response, 200, renderFortunes(rows).text);
}

// The ids of n rows: n is never refused, but brought into its limits.
function askedFor(n, args) {
  const length = /^[0-9]+$/.test(n) ? Math.min(Math.max(Number(n), 1), 500) : 1;
  const start = integer(args.get("start"), 1, 500);
  return Array.from({ length }, (_, i) => start + 19 * i);
}

async function select(text, values) {
  try {
    return (await connections.query(text, values)).rows;
  } catch {
    throw new HttpError(503);
  }
}

async function transaction(work) {
  let client;
  try {
    client = await connections.connect();
    await client.query("BEGIN");
    await work(client);
    await client.query("COMMIT");
    client.release();
  } catch (error) {
    client?.release(error); // closes the connection, and so ends the transaction
    throw new HttpError(503);
  }
}

function renderFortunes(rows) {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Fortunes</title>
</head>
<body>
<table>
<tr><th>id</th><th>message</th></tr>
${rows.map((row) => html`<tr><td>${row.id}</td><td>${row.message}</td></tr>\n`)}
</table>
</body>
</html>
`;
}

module.exports = { db, queries, updates, fortunes };
