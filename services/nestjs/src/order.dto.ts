import { Type } from "class-transformer";
import { ArrayMaxSize, ArrayMinSize, IsEmail, IsInt, IsObject, Length, Max, Min, ValidateNested } from "class-validator";

class Customer {
  @Length(1, 100)
  name!: string;

  @IsEmail()
  email!: string;
}

class Address {
  @Length(1, 100)
  street!: string;

  @Length(1, 100)
  city!: string;

  @Length(1, 10)
  postcode!: string;

  @Length(2, 2)
  country!: string;
}

class Line {
  @Length(1, 32)
  sku!: string;

  @IsInt()
  @Min(1)
  @Max(1_000)
  quantity!: number;

  @IsInt()
  @Min(0)
  @Max(1_000_000)
  price!: number;
}

/** `ValidateNested` alone would pass over what is missing or null. */
export class Order {
  @IsObject()
  @ValidateNested()
  @Type(() => Customer)
  customer!: Customer;

  @IsObject()
  @ValidateNested()
  @Type(() => Address)
  address!: Address;

  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => Line)
  lines!: Line[];
}
