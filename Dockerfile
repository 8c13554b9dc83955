# One image for every service; what it runs is its command. TypeScript runs as it is on Node 24, so there is no build step.
FROM node:24-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production
COPY --chown=node:node . .
# Without the optional packages: the one large one is ClickHouse's engine (0.6 GB), which only local servers need.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund && npm cache clean --force
USER node
EXPOSE 9464
CMD ["node", "services/consumer/src/main.ts"]
