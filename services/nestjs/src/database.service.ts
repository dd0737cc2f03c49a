import { Injectable } from "@nestjs/common";
import { DataSource, type EntityManager } from "typeorm";

import { Fortune, Tally, World } from "./database.entities.js";

@Injectable()
export class DatabaseService {
  private opening?: Promise<DataSource>;

  constructor(private readonly source: DataSource) {}

  async world(id: number): Promise<World> {
    return (await this.manager()).findOneByOrFail(World, { id });
  }

  /** Sets these rows to the number, all in one transaction. */
  async tally(ids: number[], number: number): Promise<Tally[]> {
    return (await this.manager()).transaction(async (manager) => {
      const rows: Tally[] = [];
      for (const id of ids) {
        const row = await manager.findOneOrFail(Tally, { where: { id }, lock: { mode: "pessimistic_write" } });
        row.number = number;
        await manager.update(Tally, { id }, { number });
        rows.push(row);
      }
      return rows;
    });
  }

  async fortunes(): Promise<Fortune[]> {
    return (await this.manager()).find(Fortune);
  }

  /** By itself NestJS would connect before it starts, and not start without a database. */
  private async manager(): Promise<EntityManager> {
    this.opening ??= this.source.initialize();
    try {
      return (await this.opening).manager;
    } catch (error) {
      this.opening = undefined;
      throw error;
    }
  }
}
