// Validation: a nested order, checked by class-validator and added up.
import { Body, Controller, HttpCode, Post, ValidationPipe } from "@nestjs/common";

import { Order } from "./order.dto.js";

@Controller("validate")
export class ValidationController {
  @Post()
  @HttpCode(200)
  validate(@Body(ValidationPipe) order: Order) {
    const totals = order.lines.map((line) => line.quantity * line.price);
    const quantity = sum(order.lines.map((line) => line.quantity));
    return { customer: order.customer.name, quantity, totals, total: sum(totals) };
  }
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
