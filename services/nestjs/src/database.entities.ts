import { Column, Entity, PrimaryColumn } from "typeorm";

@Entity()
export class World {
  @PrimaryColumn()
  id!: number;

  @Column()
  number!: number;
}

@Entity()
export class Tally {
  @PrimaryColumn()
  id!: number;

  @Column()
  number!: number;
}

@Entity()
export class Fortune {
  @PrimaryColumn()
  id!: number;

  @Column("text")
  message!: string;
}
