/** Tells the time in epoch ms; passed in, so that tests and replays give their own. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();
