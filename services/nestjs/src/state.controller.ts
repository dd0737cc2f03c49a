// State: a cookie, and a session that is encrypted.
import type { Session as SecureSession } from "@fastify/secure-session";
import { Controller, Get, Query, Req, Res, Session } from "@nestjs/common";
import type { FastifyReply, FastifyRequest } from "fastify";

@Controller()
export class StateController {
  @Get("cookie")
  cookie(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query("set") color?: string,
    @Query("expire") expire?: string,
  ) {
    if (color) reply.setCookie("color", color, { path: "/", maxAge: 3600, httpOnly: true, sameSite: "lax" });
    else if (expire !== undefined) reply.clearCookie("color");
    return { color: request.cookies["color"] ?? null };
  }

  @Get("session")
  countVisits(@Session() session: SecureSession<{ visits: number }>) {
    const visits = (session.get("visits") ?? 0) + 1;
    session.set("visits", visits);
    return { visits };
  }
}
