/** A refusal as the API gives it. Ids are the real server's; messages are our own words. */
export class ApiError extends Error {
  readonly id: string;
  readonly status: number;

  constructor(status: number, id: string, message: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.id = id;
  }
}

export const noPermission = (): ApiError =>
  new ApiError(403, 'api.context.permissions.app_error', 'You do not have the appropriate permissions.');

export const invalidBody = (name: string): ApiError =>
  new ApiError(400, 'api.context.invalid_body_param.app_error', `Invalid or missing ${name} in request body.`);

export const invalidUrl = (name: string): ApiError =>
  new ApiError(400, 'api.context.invalid_url_param.app_error', `Invalid or missing ${name} parameter in request URL.`);

export const notFound = (id: string, what: string): ApiError => new ApiError(404, id, `Unable to find the ${what}.`);

/** The JSON every refusal has. */
export function writeApiError(error: ApiError, requestId: string): string {
  return JSON.stringify({
    id: error.id,
    message: error.message,
    detailed_error: '',
    request_id: requestId,
    status_code: error.status,
  });
}

export const tooLarge = (): ApiError =>
  new ApiError(413, 'api.file.upload_file.too_large_detailed.app_error', 'The request is too large.');

export const sessionExpired = (): ApiError =>
  new ApiError(401, 'api.context.session_expired.app_error', 'Invalid or expired session, please login again.');
