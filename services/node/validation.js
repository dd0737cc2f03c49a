// Validation: a nested order, checked in plain JavaScript and added up.
"use strict";

const { json } = require("node:stream/consumers");

const { sendJson } = require("./message.js");

// What HTML takes for the value of <input type="email">.
const EMAIL =
  /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i;

const checkOrder = object({
  customer: object({ name: text(1, 100), email }),
  address: object({ street: text(1, 100), city: text(1, 100), postcode: text(1, 10), country: text(2, 2) }),
  lines: list(1, 100, object({ sku: text(1, 32), quantity: integer(1, 1_000), price: integer(0, 1_000_000) })),
});

async function validate(request, response) {
  const order = await json(request);
  const errors = [];
  checkOrder(order, ["order"], errors);
  if (errors.length > 0) return sendJson(response, 422, { errors });
  const totals = order.lines.map((line) => line.quantity * line.price);
  sendJson(response, 200, {
    customer: order.customer.name,
    quantity: sum(order.lines.map((line) => line.quantity)),
    totals,
    total: sum(totals),
  });
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}

// A check is a function of a value, the path that leads to it, and the errors found so far.

function object(checks) {
  return (value, path, errors) => {
    if (typeof value !== "object" || value === null) return complain(path, "no object", errors);
    for (const [key, check] of Object.entries(checks)) check(value[key], [...path, key], errors);
  };
}

function list(min, max, check) {
  return (value, path, errors) => {
    if (!Array.isArray(value)) return complain(path, "no list", errors);
    if (value.length < min || value.length > max) return complain(path, `not ${min} to ${max} entries`, errors);
    value.forEach((entry, i) => check(entry, [...path, i], errors));
  };
}

function text(min, max) {
  return (value, path, errors) => {
    const length = typeof value === "string" ? [...value].length : -1;
    if (length < min || length > max) complain(path, `no text of ${min} to ${max} characters`, errors);
  };
}

function integer(min, max) {
  return (value, path, errors) => {
    if (!Number.isInteger(value) || value < min || value > max) {
      complain(path, `no integer from ${min} to ${max}`, errors);
    }
  };
}

function email(value, path, errors) {
  if (typeof value !== "string" || !EMAIL.test(value)) complain(path, "no e-mail address", errors);
}

function complain(path, what, errors) {
  errors.push(`${path.join(".")}: ${what}`);
}

module.exports = { validate };
