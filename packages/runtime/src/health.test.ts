import { afterEach, describe, expect, test } from 'vitest';
import { createMetrics, serveHealth, type HealthCheck, type HealthServer } from './index.ts';

const open: HealthServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function serve(readyz: HealthCheck, port = 0): Promise<string> {
  const metrics = createMetrics({ processMetrics: false });
  metrics.counter({ name: 'vigie_up', help: 'h' }).add({});
  const server = await serveHealth({ port, host: '127.0.0.1', livez: () => ({ ok: true }), readyz, metrics });
  open.push(server);
  return `http://127.0.0.1:${server.port}`;
}

describe('serveHealth', () => {
  test('livez, readyz and metrics answer, other paths say what is there', async () => {
    const base = await serve(() => ({ ok: false, reason: 'waiting for Redis' }));
    expect((await fetch(`${base}/livez`)).status).toBe(200);
    const ready = await fetch(`${base}/readyz?verbose`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toEqual({ ok: false, reason: 'waiting for Redis' });
    const metrics = await fetch(`${base}/metrics`);
    expect(metrics.headers.get('content-type')).toContain('text/plain');
    expect(await metrics.text()).toContain('vigie_up 1');
    expect((await fetch(`${base}/`)).status).toBe(404);
    expect((await fetch(`${base}/livez`, { method: 'POST' })).status).toBe(405);
  });

  test('a check that throws is not ok and says why', async () => {
    const base = await serve(() => {
      throw new Error('no connection');
    });
    const ready = await fetch(`${base}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([503, { ok: false, reason: 'no connection' }]);
  });

  test('a check that hangs is not ok', async () => {
    const base = await serve(() => Promise.withResolvers<never>().promise);
    expect((await fetch(`${base}/readyz`)).status).toBe(503);
  });

  test('a taken port is named, with what to do', async () => {
    const base = await serve(() => ({ ok: true }));
    const port = Number(new URL(base).port);
    await expect(serve(() => ({ ok: true }), port)).rejects.toThrow(
      `127.0.0.1:${port} for health checks, found EADDRINUSE. Set VIGIE_HTTP_PORT`,
    );
  });
});
