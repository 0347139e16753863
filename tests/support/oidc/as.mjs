// The authorization server of the tests: npm's oidc-provider, set up as MCP wants it.
//
// Environment: PORT (the issuer is http://127.0.0.1:PORT), RESOURCE (the MCP servers that
// tokens are for, separated by spaces), TOKEN_SECONDS (an access token's life). Prints "ready" when it listens,
// and ends when its standard input does: whoever started it may be killed.
// Options: PAR=required (RFC 9126); DEVICE_SECONDS (the life of a code for another device; without
// it there are none); AUTH_METHODS (how clients authenticate, by name); CLIENT_JWK (the public key
// of the machine that signs); REFRESH=asked (a refresh token only for openid, offline_access and consent);
// SCOPES=plain (no resource indicators: a client may register with the MCP server's scopes, as most
// programs do, and tokens have no audience).
//
// GET /-/fault?path=/token&mode=status|reset|hang|lost|slow&status=503&times=1&after=1&ms=5000 makes
// the next requests to that path fail: `status` with a Retry-After of `after` seconds; `lost` does the
// work and then drops the answer; `slow` does the work and answers after the time.
// GET /-/count tells how many requests came to /token ("asked"), how many were granted and refused,
// by grant type, and how many grants were revoked, since the start.
import http from 'node:http';
import { generateKeyPairSync } from 'node:crypto';
import { Provider, errors } from 'oidc-provider';

const {
  PORT, RESOURCE, TOKEN_SECONDS = '300', PAR, DEVICE_SECONDS, CLIENT_JWK, REFRESH, SCOPES,
  AUTH_METHODS = 'none client_secret_basic client_secret_post private_key_jwt',
} = process.env;
const issuer = `http://127.0.0.1:${PORT}`;
const scopes = ['mcp:read', 'mcp:write'];
const resources = RESOURCE.split(' ');
const day = 24 * 3600;

const signingKey = {
  ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }),
  alg: 'RS256', kid: 'test', use: 'sig',
};

const methods = AUTH_METHODS.split(' ');
const person = {
  application_type: 'native',
  redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
  grant_types: ['authorization_code', 'refresh_token'],
};
const machine = { redirect_uris: [], response_types: [], grant_types: ['client_credentials'] };

const clients = [
  // The MCP server itself, which asks about tokens (RFC 7662).
  {
    client_id: 'mcp-server', client_secret: 'mcp-server-secret', token_endpoint_auth_method: 'client_secret_post',
    redirect_uris: [], response_types: [], grant_types: [],
  },
  // Clients that somebody registered by hand. The signs must be encoded for Basic (RFC 6749, section 2.3.1).
  { client_id: 'registered-by-hand', token_endpoint_auth_method: 'none', ...person },
  { client_id: 'by-hand-basic', client_secret: 'basic: +/%&=', token_endpoint_auth_method: 'client_secret_basic', ...person },
  { client_id: 'by-hand-post', client_secret: 'post: +/%&=', token_endpoint_auth_method: 'client_secret_post', ...person },
  { client_id: 'machine', client_secret: 'machine-secret', token_endpoint_auth_method: 'client_secret_basic', ...machine },
];
if (CLIENT_JWK) {
  clients.push({
    client_id: 'machine-with-key', token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [JSON.parse(CLIENT_JWK)] }, ...machine,
  });
}

const provider = new Provider(issuer, {
  jwks: { keys: [signingKey] },
  cookies: { keys: ['only-for-tests'] },
  scopes: ['openid', 'offline_access', ...(SCOPES === 'plain' ? scopes : [])],
  clientAuthMethods: methods,
  clients: clients.filter((client) => methods.includes(client.token_endpoint_auth_method)),
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  features: {
    devInteractions: { enabled: true },
    registration: { enabled: true },
    registrationManagement: { enabled: true },
    revocation: { enabled: true },
    introspection: { enabled: true, allowedPolicy: () => true },
    rpInitiatedLogout: { enabled: false },
    userinfo: { enabled: false },
    clientCredentials: { enabled: true },
    deviceFlow: { enabled: Boolean(DEVICE_SECONDS) },
    pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: PAR === 'required' },
    resourceIndicators: {
      enabled: SCOPES !== 'plain',
      useGrantedResource: () => true,
      defaultResource: (ctx, client, oneOf) => oneOf,
      getResourceServerInfo(ctx, resource) {
        if (!resources.includes(resource)) throw new errors.InvalidTarget(`unknown resource ${resource}`);
        return { scope: scopes.join(' '), audience: resource, accessTokenFormat: 'opaque', accessTokenTTL: Number(TOKEN_SECONDS) };
      },
    },
  },
  ttl: {
    AccessToken: Number(TOKEN_SECONDS), ClientCredentials: Number(TOKEN_SECONDS),
    AuthorizationCode: 60, IdToken: 300, Interaction: 600, DeviceCode: Number(DEVICE_SECONDS ?? 600),
    Grant: day, RefreshToken: day, Session: day,
  },
  issueRefreshToken: async (ctx, client, code) =>
    client.grantTypeAllowed('refresh_token') && (REFRESH !== 'asked' || code.scopes.has('offline_access')),
  expiresWithSession: async () => false,
  // A refresh token is good for one use; using it twice ends the grant.
  rotateRefreshToken: true,
});
provider.use(async (ctx, next) => {
  // The library takes a secret in either place, whatever is said of the client.
  if (ctx.get('authorization').startsWith('Basic ') && !methods.includes('client_secret_basic')) {
    ctx.status = 401;
    ctx.body = { error: 'invalid_client', error_description: 'Basic is not taken here' };
    return;
  }
  await next();
  // The library names no interval, which means 5 seconds between two questions (RFC 8628, section 3.2).
  if (ctx.oidc?.route === 'device_authorization' && ctx.body?.device_code) ctx.body.interval = 1;
});
const answer = provider.callback();

const count = { asked: 0, granted: {}, refused: {}, revoked: 0 };

function counted(table) {
  return (ctx) => {
    const type = ctx.oidc?.params?.grant_type ?? 'unknown';
    table[type] = (table[type] ?? 0) + 1;
  };
}
provider.on('grant.success', counted(count.granted));
provider.on('grant.error', counted(count.refused));
provider.on('grant.revoked', () => { count.revoked += 1; });

const fault = { path: '', mode: '', status: 500, times: 0, after: 1, ms: 0 };

function fail(request, response) {
  if (fault.mode === 'status') response.writeHead(fault.status, { 'retry-after': `${fault.after}` }).end('out of order');
  else if (fault.mode === 'reset') request.socket.destroy();
  else if (fault.mode === 'slow') {
    const { end } = response;
    const { ms } = fault;
    response.end = (...rest) => { setTimeout(() => end.apply(response, rest), ms); return response; };
    answer(request, response);
  }
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
    const { path = '/token', mode = '', ...numbers } = Object.fromEntries(url.searchParams);
    const { status = 500, times = 1, after = 1, ms = 0 } = numbers;
    Object.assign(fault, { path, mode, status: Number(status), times: Number(times), after, ms: Number(ms) });
    response.end('ok');
    return;
  }
  if (url.pathname === '/-/count') {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(count));
    return;
  }
  if (url.pathname === '/token') count.asked += 1;
  if (fault.times > 0 && url.pathname === fault.path) {
    fault.times -= 1;
    fail(request, response);
  } else answer(request, response);
});
server.on('error', (error) => { console.error(error.code); process.exit(error.code === 'EADDRINUSE' ? 98 : 1); });
process.stdin.on('end', () => process.exit()).resume();
server.listen(Number(PORT), '127.0.0.1', () => console.log('ready'));
