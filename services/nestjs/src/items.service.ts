import { Injectable, NotFoundException } from "@nestjs/common";

const MAX_ITEMS = 1_000;

@Injectable()
export class ItemsService {
  private readonly items = new Map<string, unknown>();

  /** Whether the id is a new one. */
  put(id: string, item: unknown): boolean {
    const isNew = !this.items.has(id);
    this.items.set(id, item);
    if (this.items.size > MAX_ITEMS) this.items.delete(this.items.keys().next().value!);
    return isNew;
  }

  get(id: string): unknown {
    if (!this.items.has(id)) throw new NotFoundException();
    return this.items.get(id);
  }

  delete(id: string): void {
    if (!this.items.delete(id)) throw new NotFoundException();
  }
}
