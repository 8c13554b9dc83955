import { createHttpSender, type HttpOptions } from './send-http.ts';
import type { Send } from './send.ts';

const path = '/api/v2/alerts';

/** Posts alerts to an Alertmanager; its url may lead to a path, as behind a proxy. */
export function createAlertmanagerSender(options: HttpOptions): Send {
  return createHttpSender({ ...options, url: options.url.replace(/\/+$/, '') + path }, { requestOf: ({ body }) => ({ body }) });
}
