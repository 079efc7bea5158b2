/** Exit statuses of the program. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  /** EX_CONFIG of sysexits.h: systemd must not restart on it. */
  config: 78,
} as const
