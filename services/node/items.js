// Items: any JSON, stored in memory by its id.
"use strict";

const { json } = require("node:stream/consumers");

const { HttpError, sendJson } = require("./message.js");

const MAX_ITEMS = 1_000;

const items = new Map();

async function putItem(request, response, id) {
  const item = await json(request);
  sendJson(response, items.has(id) ? 200 : 201, item); // throws before the item is stored, if it cannot be encoded
  items.set(id, item);
  if (items.size > MAX_ITEMS) items.delete(items.keys().next().value);
}

function getItem(request, response, id) {
  if (!items.has(id)) throw new HttpError(404);
  sendJson(response, 200, items.get(id));
}

function deleteItem(request, response, id) {
  if (!items.delete(id)) throw new HttpError(404);
  response.writeHead(204).end();
}

module.exports = { putItem, getItem, deleteItem };
