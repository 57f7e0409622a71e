/** Settings that `startPeer` passed to this process. */
export function peerSettings<Settings>(): Settings & { readonly port: number } {
  return JSON.parse(process.env.PEER ?? '{}');
}
