// The authorization server of the tests: npm's oidc-provider, set up as MCP wants it.
//
// Environment: PORT (the issuer is http://127.0.0.1:PORT), RESOURCE (the MCP server that
// tokens are for), TOKEN_SECONDS (an access token's life). Prints "ready" when it listens.
//
// GET /-/fault?path=/token&mode=status|reset|hang|lost&status=503&times=1 makes the next
// requests to that path fail; `lost` does the work and then drops the answer.
import http from 'node:http';
import { generateKeyPairSync } from 'node:crypto';
import { Provider, errors } from 'oidc-provider';

const { PORT, RESOURCE, TOKEN_SECONDS = '300' } = process.env;
const issuer = `http://127.0.0.1:${PORT}`;
const scopes = ['mcp:read', 'mcp:write'];
const day = 24 * 3600;

const signingKey = {
  ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }),
  alg: 'RS256', kid: 'test', use: 'sig',
};

const provider = new Provider(issuer, {
  jwks: { keys: [signingKey] },
  cookies: { keys: ['only-for-tests'] },
  scopes: ['openid', 'offline_access'],
  clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post'],
  clients: [
    // The MCP server itself, which asks about tokens (RFC 7662).
    { client_id: 'mcp-server', client_secret: 'mcp-server-secret', redirect_uris: [], response_types: [], grant_types: [] },
    // A client that somebody registered by hand.
    {
      client_id: 'registered-by-hand', application_type: 'native', token_endpoint_auth_method: 'none',
      redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
    },
  ],
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  features: {
    devInteractions: { enabled: true },
    registration: { enabled: true },
    registrationManagement: { enabled: true },
    revocation: { enabled: true },
    introspection: { enabled: true, allowedPolicy: () => true },
    rpInitiatedLogout: { enabled: false },
    userinfo: { enabled: false },
    resourceIndicators: {
      enabled: true,
      useGrantedResource: () => true,
      defaultResource: (ctx, client, oneOf) => oneOf,
      getResourceServerInfo(ctx, resource) {
        if (resource !== RESOURCE) throw new errors.InvalidTarget(`unknown resource ${resource}`);
        return { scope: scopes.join(' '), audience: RESOURCE, accessTokenFormat: 'opaque', accessTokenTTL: Number(TOKEN_SECONDS) };
      },
    },
  },
  ttl: {
    AccessToken: Number(TOKEN_SECONDS), AuthorizationCode: 60, IdToken: 300, Interaction: 600,
    Grant: day, RefreshToken: day, Session: day,
  },
  issueRefreshToken: async (ctx, client) => client.grantTypeAllowed('refresh_token'),
  expiresWithSession: async () => false,
  // A refresh token is good for one use; using it twice ends the grant.
  rotateRefreshToken: true,
});
const answer = provider.callback();

const fault = { path: '', mode: '', status: 500, times: 0 };

function fail(request, response) {
  if (fault.mode === 'status') response.writeHead(fault.status, { 'retry-after': '1' }).end('out of order');
  else if (fault.mode === 'reset') request.socket.destroy();
  else if (fault.mode === 'lost') {
    response.writeHead = () => response;
    response.write = () => true;
    response.end = () => { request.socket.destroy(); return response; };
    answer(request, response);
  } // hang: no answer at all
}

const server = http.createServer((request, response) => {
  const url = new URL(request.url, issuer);
  if (url.pathname === '/-/fault') {
    const { path = '/token', mode = '', status = '500', times = '1' } = Object.fromEntries(url.searchParams);
    Object.assign(fault, { path, mode, status: Number(status), times: Number(times) });
    response.end('ok');
  } else if (fault.times > 0 && url.pathname === fault.path) {
    fault.times -= 1;
    fail(request, response);
  } else answer(request, response);
});
server.on('error', (error) => { console.error(error.code); process.exit(error.code === 'EADDRINUSE' ? 98 : 1); });
server.listen(Number(PORT), '127.0.0.1', () => console.log('ready'));
