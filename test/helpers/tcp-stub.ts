import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP server on a free port that handles each connection as the test says. */
export class TcpStub {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => this.#track(socket));
  }

  static async start(onConnection: (socket: Socket) => void): Promise<TcpStub> {
    const server = createServer(onConnection);
    const stub = new TcpStub(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return stub;
  }

  /** Passes bytes on to another port of this machine. */
  static async startProxy(port: number): Promise<TcpStub> {
    const stub: TcpStub = await TcpStub.start((client) => {
      const upstream = connect(port, '127.0.0.1');
      stub.#track(upstream);
      client.pipe(upstream).pipe(client);
    });
    return stub;
  }

  /** Passes bytes on to another port of this machine; between `hold()` and `release()`, none that come back. */
  static async startGate(
    port: number,
  ): Promise<{ stub: TcpStub; hold: () => void; release: () => void }> {
    let isHeld = false;
    const upstreams = new Set<Socket>();
    const stub: TcpStub = await TcpStub.start((client) => {
      const upstream = connect(port, '127.0.0.1');
      stub.#track(upstream);
      upstreams.add(upstream);
      upstream.once('close', () => upstreams.delete(upstream));
      client.pipe(upstream);
      upstream.on('data', (chunk) => client.write(chunk)).once('end', () => client.end());
      if (isHeld) upstream.pause();
      client.once('close', () => upstream.destroy());
    });
    return {
      stub,
      hold: () => {
        isHeld = true;
        for (const upstream of upstreams) upstream.pause();
      },
      release: () => {
        isHeld = false;
        for (const upstream of upstreams) upstream.resume();
      },
    };
  }

  /**
   * Passes bytes on to another port of this machine. After `arm()` the next bytes that come
   * back are thrown away, with their connection.
   */
  static async startReplyCutter(port: number): Promise<{ stub: TcpStub; arm: () => void }> {
    let armed = false;
    const stub: TcpStub = await TcpStub.start((client) => {
      const upstream = connect(port, '127.0.0.1');
      stub.#track(upstream);
      client.pipe(upstream);
      upstream.on('data', (chunk) => {
        if (!armed) {
          client.write(chunk);
          return;
        }
        armed = false;
        client.destroy();
        upstream.destroy();
      });
      client.once('close', () => upstream.destroy());
    });
    return {
      stub,
      arm: () => {
        armed = true;
      },
    };
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the stub is closed');
    return `redis://127.0.0.1:${address.port}`;
  }

  /** Lets the connections there are go silent, as when a host vanishes; new ones work. */
  silence(): void {
    for (const socket of this.#sockets) {
      socket.unpipe();
      socket.removeAllListeners('end');
    }
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
  }
}
