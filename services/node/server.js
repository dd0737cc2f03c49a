// The contract in Node's own http module.
"use strict";

const cluster = require("node:cluster");
const http = require("node:http");
const { about } = require("./about.mjs");

const MAX_BODY_BYTES = 1024 * 1024;
const MAX_ITEMS = 1_000;
const WORKERS = Number(process.env.WORKERS);

const items = new Map();

class HttpError extends Error {
  constructor(status, headers = {}) {
    super(http.STATUS_CODES[status]);
    this.status = status;
    this.headers = headers;
  }
}

// One entry per path; what its pattern captures is percent-decoded and handed to the method's function.
const routes = [
  [/^\/$/, { GET: hello }],
  [/^\/json$/, { GET: helloJson }],
  [/^\/greet\/([^/]+)$/, { GET: greet }],
  [/^\/greet\/([^/]+)\/([^/]+)$/, { GET: greetInfo }],
  [/^\/number\/([0-9]{1,15})$/, { GET: number }], // a Number holds no more digits exactly
  [/^\/query$/, { GET: query }],
  [/^\/request$/, { GET: inspect }],
  [/^\/echo$/, { POST: echo }],
  [/^\/items\/([^/]+)$/, { PUT: putItem, GET: getItem, DELETE: deleteItem }],
  [/^\/about$/, { GET: tellAbout }],
];

function hello(request, response) {
  sendText(response, 200, "hello world");
}

function helloJson(request, response) {
  sendJson(response, 200, { hello: "world" });
}

function greet(request, response, name) {
  sendText(response, 200, `hello ${name}`);
}

function greetInfo(request, response, name, info) {
  sendJson(response, 200, { name, info });
}

function number(request, response, digits) {
  sendJson(response, 200, { number: Number(digits) });
}

function query(request, response) {
  const args = new URLSearchParams(splitUrl(request.url).query);
  sendJson(response, 200, { name: args.getAll("name"), age: args.get("age") });
}

function inspect(request, response) {
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => name.startsWith("x-")));
  sendJson(response, 200, { method: request.method, ...splitUrl(request.url), headers });
}

async function echo(request, response) {
  sendJson(response, 200, await readJson(request));
}

async function putItem(request, response, id) {
  const item = await readJson(request);
  const status = items.has(id) ? 200 : 201;
  items.set(id, item);
  if (items.size > MAX_ITEMS) items.delete(items.keys().next().value);
  sendJson(response, status, item);
}

function getItem(request, response, id) {
  if (!items.has(id)) throw new HttpError(404);
  sendJson(response, 200, items.get(id));
}

function deleteItem(request, response, id) {
  if (!items.delete(id)) throw new HttpError(404);
  response.writeHead(204).end();
}

function tellAbout(request, response) {
  sendJson(response, 200, about("node:http", "node:http"));
}

async function handle(request, response) {
  try {
    const { path } = splitUrl(request.url);
    const [pattern, methods] = routes.find(([pattern]) => pattern.test(path)) ?? [];
    if (!pattern) throw new HttpError(404);
    if (!Object.hasOwn(methods, request.method)) throw new HttpError(405, { Allow: Object.keys(methods).join(", ") });
    await methods[request.method](request, response, ...pattern.exec(path).slice(1).map(decode));
  } catch (error) {
    if (request.destroyed && !request.complete) return; // the client hung up
    const { status, headers } = error instanceof HttpError ? error : new HttpError(500);
    if (status === 500) console.error(error);
    request.resume(); // an unread body would block the connection's next request
    sendText(response, status, http.STATUS_CODES[status], headers);
  }
}

function splitUrl(url) {
  const mark = url.indexOf("?");
  return mark < 0 ? { path: url, query: "" } : { path: url.slice(0, mark), query: url.slice(mark + 1) };
}

function decode(segment) {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new HttpError(400);
  }
}

async function readJson(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new HttpError(413);
    chunks.push(chunk);
  }
  try {
    const value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks)));
    JSON.stringify(value); // parse() takes any depth, stringify() does not
    return value;
  } catch {
    throw new HttpError(400);
  }
}

function sendText(response, status, text, headers) {
  send(response, status, "text/plain; charset=utf-8", text, headers);
}

function sendJson(response, status, value) {
  send(response, status, "application/json", JSON.stringify(value));
}

function send(response, status, type, body, headers) {
  response.writeHead(status, { "Content-Type": type, "Content-Length": Buffer.byteLength(body), ...headers }).end(body);
}

if (cluster.isPrimary && WORKERS > 1) {
  for (let i = 0; i < WORKERS; i++) cluster.fork();
} else {
  http.createServer({ keepAliveTimeout: 75_000 }, handle).listen(8000);
}
