// Streams: a WebSocket that echoes. What a handler returns, NestJS would encode as JSON: so this one sends by itself.
import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway } from "@nestjs/websockets";
import type { WebSocket } from "ws";

type Message = Parameters<WebSocket["send"]>[0];

@WebSocketGateway({ path: "/ws", maxPayload: 1024 * 1024 })
export class StreamsGateway {
  @SubscribeMessage("message")
  echo(@MessageBody() message: Message, @ConnectedSocket() socket: WebSocket): void {
    socket.send(message);
  }
}

/** All messages are of one kind: NestJS' own parser takes JSON that names an event. */
export function parseMessage(data: unknown) {
  return { event: "message", data };
}
