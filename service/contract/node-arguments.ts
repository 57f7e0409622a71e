/**
 * Arguments of Node that the image and `script/start` give the service, in MiB. By default V8 lets
 * the young generation grow with the machine's memory, to 2 × 64 MiB for each thread with 24 GiB,
 * and garbage fills it before it is collected.
 */
export const NODE_ARGUMENTS = ['--max-semi-space-size=8'] as const;
