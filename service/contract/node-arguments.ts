/**
 * Arguments of Node that the image and `script/start` give the service, in MiB. By default V8 lets
 * the young generation grow with the machine's memory, to 2 × 64 MiB for each thread with 24 GiB,
 * and garbage fills it before it is collected.
 */
export const NODE_ARGUMENTS = ['--max-semi-space-size=4'] as const;

/**
 * Variables of the C library, which the image and `script/start` set. By default glibc makes an arena
 * for each thread, up to eight for each CPU, and what one has freed is of no use to another.
 */
export const MALLOC_ENVIRONMENT = { MALLOC_ARENA_MAX: '2' } as const;
