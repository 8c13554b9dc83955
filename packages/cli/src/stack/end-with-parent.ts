/**
 * Loaded before a service's own code: ends the service in order when the process that started it is gone, however it went.
 */
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();
