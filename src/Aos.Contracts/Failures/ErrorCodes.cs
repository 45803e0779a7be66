using Aos.Contracts.Values;

namespace Aos.Contracts.Failures;

/// <summary>The codes that AOS itself emits. Each is an entry of <c>failure_catalog.json</c>, which says what it means;
/// a test fails where the two differ.</summary>
public static class ErrorCodes
{
    /// <summary>It did what was asked.</summary>
    public static readonly ErrorCode Ok = ErrorCode.Parse("OK");

    /// <summary>The first call failed and its fallback succeeded.</summary>
    public static readonly ErrorCode FallbackUsed = ErrorCode.Parse("FALLBACK_USED");

    /// <summary>The condition of the step was false or null, so the step was skipped.</summary>
    public static readonly ErrorCode ConditionFalse = ErrorCode.Parse("CONDITION_FALSE");

    /// <summary>The step was not reached, because the run was stopping.</summary>
    public static readonly ErrorCode RunAborted = ErrorCode.Parse("RUN_ABORTED");

    /// <summary>The step was not reached, because its plan failed and the planner was asked again.</summary>
    public static readonly ErrorCode PlanAborted = ErrorCode.Parse("PLAN_ABORTED");

    /// <summary>An argument of a call or command is missing or wrong.</summary>
    public static readonly ErrorCode InvalidArgument = ErrorCode.Parse("INVALID_ARGUMENT");

    /// <summary>A document is not strict JSON.</summary>
    public static readonly ErrorCode InvalidJson = ErrorCode.Parse("INVALID_JSON");

    /// <summary>A value does not match its JSON Schema.</summary>
    public static readonly ErrorCode SchemaViolation = ErrorCode.Parse("SCHEMA_VIOLATION");

    /// <summary>The document is empty.</summary>
    public static readonly ErrorCode JsonEmpty = ErrorCode.Parse("JSON_EMPTY");

    /// <summary>The document is not JSON.</summary>
    public static readonly ErrorCode JsonSyntax = ErrorCode.Parse("JSON_SYNTAX");

    /// <summary>Something follows the end of the JSON value.</summary>
    public static readonly ErrorCode JsonTrailingData = ErrorCode.Parse("JSON_TRAILING_DATA");

    /// <summary>The document has a comment, which JSON does not allow.</summary>
    public static readonly ErrorCode JsonComment = ErrorCode.Parse("JSON_COMMENT");

    /// <summary>The document begins with a byte order mark.</summary>
    public static readonly ErrorCode JsonByteOrderMark = ErrorCode.Parse("JSON_BYTE_ORDER_MARK");

    /// <summary>The document is not valid UTF-8.</summary>
    public static readonly ErrorCode JsonInvalidUtf8 = ErrorCode.Parse("JSON_INVALID_UTF8");

    /// <summary>A string has half of a surrogate pair.</summary>
    public static readonly ErrorCode JsonLoneSurrogate = ErrorCode.Parse("JSON_LONE_SURROGATE");

    /// <summary>An object has the same member twice.</summary>
    public static readonly ErrorCode JsonDuplicateKey = ErrorCode.Parse("JSON_DUPLICATE_KEY");

    /// <summary>The document is larger than it may be.</summary>
    public static readonly ErrorCode JsonTooLarge = ErrorCode.Parse("JSON_TOO_LARGE");

    /// <summary>The document is nested deeper than it may be.</summary>
    public static readonly ErrorCode JsonTooDeep = ErrorCode.Parse("JSON_TOO_DEEP");

    /// <summary>The document has more values than it may have.</summary>
    public static readonly ErrorCode JsonTooManyNodes = ErrorCode.Parse("JSON_TOO_MANY_NODES");

    /// <summary>A number has more digits than it may have.</summary>
    public static readonly ErrorCode JsonNumberTooLong = ErrorCode.Parse("JSON_NUMBER_TOO_LONG");

    /// <summary>The exponent of a number is larger than it may be.</summary>
    public static readonly ErrorCode JsonNumberOutOfRange = ErrorCode.Parse("JSON_NUMBER_OUT_OF_RANGE");

    /// <summary>A keyword of a JSON Schema has a value of the wrong type or range.</summary>
    public static readonly ErrorCode SchemaInvalidKeyword = ErrorCode.Parse("SCHEMA_INVALID_KEYWORD");

    /// <summary>Something else than an object or a boolean stands where a JSON Schema must.</summary>
    public static readonly ErrorCode SchemaNotASchema = ErrorCode.Parse("SCHEMA_NOT_A_SCHEMA");

    /// <summary>A reference of a JSON Schema leads nowhere.</summary>
    public static readonly ErrorCode SchemaUnresolvedReference = ErrorCode.Parse("SCHEMA_UNRESOLVED_REFERENCE");

    /// <summary>A pattern of a JSON Schema is no ECMA-262 regular expression, or uses a part of it that is not
    /// supported.</summary>
    public static readonly ErrorCode SchemaInvalidPattern = ErrorCode.Parse("SCHEMA_INVALID_PATTERN");

    /// <summary>Two parts of a JSON Schema claim one <c>$id</c> or one anchor.</summary>
    public static readonly ErrorCode SchemaDuplicateIdentifier = ErrorCode.Parse("SCHEMA_DUPLICATE_IDENTIFIER");

    /// <summary>The <c>$schema</c> of a JSON Schema, or a vocabulary that it requires, is not known.</summary>
    public static readonly ErrorCode SchemaUnknownDialect = ErrorCode.Parse("SCHEMA_UNKNOWN_DIALECT");

    /// <summary>References of a JSON Schema lead back to where they start.</summary>
    public static readonly ErrorCode SchemaEndlessReference = ErrorCode.Parse("SCHEMA_ENDLESS_REFERENCE");

    /// <summary>A plan breaks a rule.</summary>
    public static readonly ErrorCode InvalidPlan = ErrorCode.Parse("INVALID_PLAN");

    /// <summary>An agent profile breaks a rule or cannot be read.</summary>
    public static readonly ErrorCode InvalidProfile = ErrorCode.Parse("INVALID_PROFILE");

    /// <summary>A failure catalog breaks a rule or cannot be read.</summary>
    public static readonly ErrorCode InvalidCatalog = ErrorCode.Parse("INVALID_CATALOG");

    /// <summary>The file of prices breaks a rule.</summary>
    public static readonly ErrorCode InvalidPrices = ErrorCode.Parse("INVALID_PRICES");

    /// <summary>The file of an import cannot be read, or was edited.</summary>
    public static readonly ErrorCode InvalidImport = ErrorCode.Parse("INVALID_IMPORT");

    /// <summary>The input of a skill does not match its schema.</summary>
    public static readonly ErrorCode InvalidInput = ErrorCode.Parse("INVALID_INPUT");

    /// <summary>A skill returned something that does not match its own schema.</summary>
    public static readonly ErrorCode InvalidOutput = ErrorCode.Parse("INVALID_OUTPUT");

    /// <summary>A template or condition could not be evaluated on the data of the run.</summary>
    public static readonly ErrorCode TemplateFailed = ErrorCode.Parse("TEMPLATE_FAILED");

    /// <summary>A JMESPath expression has a syntax error.</summary>
    public static readonly ErrorCode ExpressionInvalid = ErrorCode.Parse("EXPRESSION_INVALID");

    /// <summary>A JMESPath expression failed on its data.</summary>
    public static readonly ErrorCode ExpressionFailed = ErrorCode.Parse("EXPRESSION_FAILED");

    /// <summary>An expression needed more work than it is allowed.</summary>
    public static readonly ErrorCode FuelExhausted = ErrorCode.Parse("FUEL_EXHAUSTED");

    /// <summary>No skill of that name is registered.</summary>
    public static readonly ErrorCode UnknownSkill = ErrorCode.Parse("UNKNOWN_SKILL");

    /// <summary>The skill is registered, but in no version that the reference accepts.</summary>
    public static readonly ErrorCode SkillVersionMissing = ErrorCode.Parse("SKILL_VERSION_MISSING");

    /// <summary>The agent profile has no model of that name.</summary>
    public static readonly ErrorCode UnknownModel = ErrorCode.Parse("UNKNOWN_MODEL");

    /// <summary>A skill version is published in this store with another contract.</summary>
    public static readonly ErrorCode ContractChanged = ErrorCode.Parse("CONTRACT_CHANGED");

    /// <summary>There is no run of that id in this store.</summary>
    public static readonly ErrorCode UnknownRun = ErrorCode.Parse("UNKNOWN_RUN");

    /// <summary>The run has no step of that name.</summary>
    public static readonly ErrorCode UnknownStep = ErrorCode.Parse("UNKNOWN_STEP");

    /// <summary>There is no query of that name.</summary>
    public static readonly ErrorCode UnknownQuery = ErrorCode.Parse("UNKNOWN_QUERY");

    /// <summary>There is no approval request of that id in this store.</summary>
    public static readonly ErrorCode UnknownApproval = ErrorCode.Parse("UNKNOWN_APPROVAL");

    /// <summary>The server keeps no agent profile of that name.</summary>
    public static readonly ErrorCode UnknownAgent = ErrorCode.Parse("UNKNOWN_AGENT");

    /// <summary>There is no API key of that id.</summary>
    public static readonly ErrorCode UnknownKey = ErrorCode.Parse("UNKNOWN_KEY");

    /// <summary>The server has nothing at that address, or not for that method.</summary>
    public static readonly ErrorCode UnknownResource = ErrorCode.Parse("UNKNOWN_RESOURCE");

    /// <summary>The document was changed since the caller read it, or is there already.</summary>
    public static readonly ErrorCode PreconditionFailed = ErrorCode.Parse("PRECONDITION_FAILED");

    /// <summary>A request with the same idempotency key is still being answered.</summary>
    public static readonly ErrorCode RequestInFlight = ErrorCode.Parse("REQUEST_IN_FLIGHT");

    /// <summary>The caller sends more requests than the server allows it.</summary>
    public static readonly ErrorCode TooManyRequests = ErrorCode.Parse("TOO_MANY_REQUESTS");

    /// <summary>The server cannot be reached, or went away while it answered.</summary>
    public static readonly ErrorCode ServerUnreachable = ErrorCode.Parse("SERVER_UNREACHABLE");

    /// <summary>The server did not answer in time. What was asked for may have been done.</summary>
    public static readonly ErrorCode ServerTimeout = ErrorCode.Parse("SERVER_TIMEOUT");

    /// <summary>What answers is no server of AOS, or one of a version that this client cannot read.</summary>
    public static readonly ErrorCode ServerUnknown = ErrorCode.Parse("SERVER_UNKNOWN");

    /// <summary>The request names nobody, or a key or token that is unknown, expired or revoked.</summary>
    public static readonly ErrorCode Unauthenticated = ErrorCode.Parse("UNAUTHENTICATED");

    /// <summary>The idempotency key was used before with something else.</summary>
    public static readonly ErrorCode IdempotencyConflict = ErrorCode.Parse("IDEMPOTENCY_CONFLICT");

    /// <summary>A value is larger than a payload may be.</summary>
    public static readonly ErrorCode PayloadTooLarge = ErrorCode.Parse("PAYLOAD_TOO_LARGE");

    /// <summary>The agent profile does not allow the skill.</summary>
    public static readonly ErrorCode SkillNotAllowed = ErrorCode.Parse("SKILL_NOT_ALLOWED");

    /// <summary>The address is not one that the agent profile allows.</summary>
    public static readonly ErrorCode EgressDenied = ErrorCode.Parse("EGRESS_DENIED");

    /// <summary>The caller lacks a right that the call needs.</summary>
    public static readonly ErrorCode PermissionDenied = ErrorCode.Parse("PERMISSION_DENIED");

    /// <summary>A policy denies the call.</summary>
    public static readonly ErrorCode PolicyDenied = ErrorCode.Parse("POLICY_DENIED");

    /// <summary>The agent profile does not let the secret be used, or not there.</summary>
    public static readonly ErrorCode SecretNotAllowed = ErrorCode.Parse("SECRET_NOT_ALLOWED");

    /// <summary>A block rule of the profile matches what would be sent to a model, or what it answered.</summary>
    public static readonly ErrorCode SafetyBlocked = ErrorCode.Parse("SAFETY_BLOCKED");

    /// <summary>An imported skill is no longer what was imported, so it is suspended.</summary>
    public static readonly ErrorCode SkillSuspended = ErrorCode.Parse("SKILL_SUSPENDED");

    /// <summary>A secret that the call refers to is not configured.</summary>
    public static readonly ErrorCode SecretMissing = ErrorCode.Parse("SECRET_MISSING");

    /// <summary>A person rejected the call.</summary>
    public static readonly ErrorCode ApprovalRejected = ErrorCode.Parse("APPROVAL_REJECTED");

    /// <summary>Nobody decided in time.</summary>
    public static readonly ErrorCode ApprovalExpired = ErrorCode.Parse("APPROVAL_EXPIRED");

    /// <summary>The request was decided or has expired, or its run has ended.</summary>
    public static readonly ErrorCode ApprovalNotOpen = ErrorCode.Parse("APPROVAL_NOT_OPEN");

    /// <summary>The decision is about another request than the one that is open.</summary>
    public static readonly ErrorCode ApprovalMismatch = ErrorCode.Parse("APPROVAL_MISMATCH");

    /// <summary>Who decided may not: the wrong role, the requester, or the same person again.</summary>
    public static readonly ErrorCode ApprovalForbidden = ErrorCode.Parse("APPROVAL_FORBIDDEN");

    /// <summary>A policy document breaks a rule.</summary>
    public static readonly ErrorCode InvalidPolicy = ErrorCode.Parse("INVALID_POLICY");

    /// <summary>There is no policy of that name.</summary>
    public static readonly ErrorCode UnknownPolicy = ErrorCode.Parse("UNKNOWN_POLICY");

    /// <summary>The call may only be made after a person approved it.</summary>
    public static readonly ErrorCode ApprovalRequired = ErrorCode.Parse("APPROVAL_REQUIRED");

    /// <summary>The worst case of the call is more than what is left of the run's budget.</summary>
    public static readonly ErrorCode BudgetExceeded = ErrorCode.Parse("BUDGET_EXCEEDED");

    /// <summary>The worst case of the call is more than what is left of the step's budget.</summary>
    public static readonly ErrorCode StepBudgetExceeded = ErrorCode.Parse("STEP_BUDGET_EXCEEDED");

    /// <summary>What the run may cost is more than what is left of the tenant's day or month.</summary>
    public static readonly ErrorCode TenantBudgetExceeded = ErrorCode.Parse("TENANT_BUDGET_EXCEEDED");

    /// <summary>What the run may cost is more than what is left of the agent's day or month.</summary>
    public static readonly ErrorCode AgentBudgetExceeded = ErrorCode.Parse("AGENT_BUDGET_EXCEEDED");

    /// <summary>The document of a tenant breaks a rule or cannot be read.</summary>
    public static readonly ErrorCode InvalidTenant = ErrorCode.Parse("INVALID_TENANT");

    /// <summary>The call costs money, but nobody knows how much.</summary>
    public static readonly ErrorCode PriceUnknown = ErrorCode.Parse("PRICE_UNKNOWN");

    /// <summary>The skill cost more than the most that its contract declares.</summary>
    public static readonly ErrorCode CostCeilingBroken = ErrorCode.Parse("COST_CEILING_BROKEN");

    /// <summary>The plan has more steps than the contract allows.</summary>
    public static readonly ErrorCode PlanTooLarge = ErrorCode.Parse("PLAN_TOO_LARGE");

    /// <summary>The run has made as many attempts as its contract allows.</summary>
    public static readonly ErrorCode AttemptsExceeded = ErrorCode.Parse("ATTEMPTS_EXCEEDED");

    /// <summary>A <c>for_each</c> list is longer than the contract allows.</summary>
    public static readonly ErrorCode ItemsExceeded = ErrorCode.Parse("ITEMS_EXCEEDED");

    /// <summary>The request and the answer that it allows are longer than the model takes.</summary>
    public static readonly ErrorCode ContextTooLong = ErrorCode.Parse("CONTEXT_TOO_LONG");

    /// <summary>The answer of the model was cut off where it reached the most tokens that it may have.</summary>
    public static readonly ErrorCode AnswerTruncated = ErrorCode.Parse("ANSWER_TRUNCATED");

    /// <summary>The planner was asked as often as the contract allows.</summary>
    public static readonly ErrorCode PlannerRoundsExceeded = ErrorCode.Parse("PLANNER_ROUNDS_EXCEEDED");

    /// <summary>The journal of the run is as long as it may be.</summary>
    public static readonly ErrorCode JournalExceeded = ErrorCode.Parse("JOURNAL_EXCEEDED");

    /// <summary>The run took longer than its contract allows.</summary>
    public static readonly ErrorCode RunTimeout = ErrorCode.Parse("RUN_TIMEOUT");

    /// <summary>Steps of the run kept failing with the same skill and input.</summary>
    public static readonly ErrorCode LoopDetected = ErrorCode.Parse("LOOP_DETECTED");

    /// <summary>The rates of agent and tenant leave no room for the call in the time of the run.</summary>
    public static readonly ErrorCode RateExceeded = ErrorCode.Parse("RATE_EXCEEDED");

    /// <summary>The call took longer than it may.</summary>
    public static readonly ErrorCode Timeout = ErrorCode.Parse("TIMEOUT");

    /// <summary>No connection was made in time.</summary>
    public static readonly ErrorCode ConnectTimeout = ErrorCode.Parse("CONNECT_TIMEOUT");

    /// <summary>The other side did not begin to answer in time.</summary>
    public static readonly ErrorCode FirstByteTimeout = ErrorCode.Parse("FIRST_BYTE_TIMEOUT");

    /// <summary>The name of the host could not be resolved.</summary>
    public static readonly ErrorCode DnsFailed = ErrorCode.Parse("DNS_FAILED");

    /// <summary>The host is there, but nothing listens at that port.</summary>
    public static readonly ErrorCode ConnectionRefused = ErrorCode.Parse("CONNECTION_REFUSED");

    /// <summary>The connection was cut.</summary>
    public static readonly ErrorCode ConnectionReset = ErrorCode.Parse("CONNECTION_RESET");

    /// <summary>The network failed in another way.</summary>
    public static readonly ErrorCode NetworkFailed = ErrorCode.Parse("NETWORK_FAILED");

    /// <summary>The other side asks for fewer calls (HTTP 429).</summary>
    public static readonly ErrorCode RateLimited = ErrorCode.Parse("RATE_LIMITED");

    /// <summary>The provider of the model has more calls than it can answer (HTTP 529).</summary>
    public static readonly ErrorCode ModelOverloaded = ErrorCode.Parse("MODEL_OVERLOADED");

    /// <summary>The answer of the model does not match the schema that was asked for.</summary>
    public static readonly ErrorCode AnswerInvalid = ErrorCode.Parse("ANSWER_INVALID");

    /// <summary>The other side gave up waiting (HTTP 408).</summary>
    public static readonly ErrorCode Http408 = ErrorCode.Parse("HTTP_408");

    /// <summary>The other side failed (HTTP 500).</summary>
    public static readonly ErrorCode Http500 = ErrorCode.Parse("HTTP_500");

    /// <summary>A gateway got no proper answer (HTTP 502).</summary>
    public static readonly ErrorCode Http502 = ErrorCode.Parse("HTTP_502");

    /// <summary>The other side is not available now (HTTP 503).</summary>
    public static readonly ErrorCode Http503 = ErrorCode.Parse("HTTP_503");

    /// <summary>A gateway got no answer in time (HTTP 504).</summary>
    public static readonly ErrorCode Http504 = ErrorCode.Parse("HTTP_504");

    /// <summary>The other side failed with another 5xx status.</summary>
    public static readonly ErrorCode Http5xx = ErrorCode.Parse("HTTP_5XX");

    /// <summary>No secure connection could be made.</summary>
    public static readonly ErrorCode TlsFailed = ErrorCode.Parse("TLS_FAILED");

    /// <summary>The certificate of the other side has expired, or does not hold yet.</summary>
    public static readonly ErrorCode TlsExpired = ErrorCode.Parse("TLS_EXPIRED");

    /// <summary>The certificate of the other side is for another host.</summary>
    public static readonly ErrorCode TlsWrongHost = ErrorCode.Parse("TLS_WRONG_HOST");

    /// <summary>Nobody that is trusted vouches for the certificate of the other side.</summary>
    public static readonly ErrorCode TlsUntrusted = ErrorCode.Parse("TLS_UNTRUSTED");

    /// <summary>The other side does not understand the request (HTTP 400).</summary>
    public static readonly ErrorCode Http400 = ErrorCode.Parse("HTTP_400");

    /// <summary>The other side does not know who asks (HTTP 401).</summary>
    public static readonly ErrorCode Http401 = ErrorCode.Parse("HTTP_401");

    /// <summary>The other side forbids it (HTTP 403).</summary>
    public static readonly ErrorCode Http403 = ErrorCode.Parse("HTTP_403");

    /// <summary>There is nothing at that address (HTTP 404).</summary>
    public static readonly ErrorCode Http404 = ErrorCode.Parse("HTTP_404");

    /// <summary>It conflicts with the state of the other side (HTTP 409).</summary>
    public static readonly ErrorCode Http409 = ErrorCode.Parse("HTTP_409");

    /// <summary>What was there is gone for good (HTTP 410).</summary>
    public static readonly ErrorCode Http410 = ErrorCode.Parse("HTTP_410");

    /// <summary>The other side understands the request but not its content (HTTP 422).</summary>
    public static readonly ErrorCode Http422 = ErrorCode.Parse("HTTP_422");

    /// <summary>The other side refuses with another 4xx status.</summary>
    public static readonly ErrorCode Http4xx = ErrorCode.Parse("HTTP_4XX");

    /// <summary>The address led to another too many times.</summary>
    public static readonly ErrorCode TooManyRedirects = ErrorCode.Parse("TOO_MANY_REDIRECTS");

    /// <summary>The model refused to answer.</summary>
    public static readonly ErrorCode ModelRefused = ErrorCode.Parse("MODEL_REFUSED");

    /// <summary>A filter of the provider stopped the request or the answer.</summary>
    public static readonly ErrorCode ContentFiltered = ErrorCode.Parse("CONTENT_FILTERED");

    /// <summary>The script of a scripted model has no answer for the request.</summary>
    public static readonly ErrorCode ScriptExhausted = ErrorCode.Parse("SCRIPT_EXHAUSTED");

    /// <summary>The MCP server could not be started or reached, or did not speak the protocol; the call was not
    /// made.</summary>
    public static readonly ErrorCode McpUnavailable = ErrorCode.Parse("MCP_UNAVAILABLE");

    /// <summary>The tool of an MCP server said that it failed.</summary>
    public static readonly ErrorCode McpToolFailed = ErrorCode.Parse("MCP_TOOL_FAILED");

    /// <summary>A function that is called as a skill threw.</summary>
    public static readonly ErrorCode FunctionFailed = ErrorCode.Parse("FUNCTION_FAILED");

    /// <summary>The answer is larger than it may be.</summary>
    public static readonly ErrorCode ResponseTooLarge = ErrorCode.Parse("RESPONSE_TOO_LARGE");

    /// <summary>The answer breaks the protocol or its own content type.</summary>
    public static readonly ErrorCode ResponseInvalid = ErrorCode.Parse("RESPONSE_INVALID");

    /// <summary>The goal is blank or too long.</summary>
    public static readonly ErrorCode PlannerInvalidGoal = ErrorCode.Parse("PLANNER_INVALID_GOAL");

    /// <summary>The planner knows no plan for the goal.</summary>
    public static readonly ErrorCode PlannerNoPlan = ErrorCode.Parse("PLANNER_NO_PLAN");

    /// <summary>The planner made a plan that breaks a rule.</summary>
    public static readonly ErrorCode PlannerInvalidPlan = ErrorCode.Parse("PLANNER_INVALID_PLAN");

    /// <summary>The planner failed.</summary>
    public static readonly ErrorCode PlannerFailed = ErrorCode.Parse("PLANNER_FAILED");

    /// <summary>The profile names a planner that is not registered.</summary>
    public static readonly ErrorCode UnknownPlanner = ErrorCode.Parse("UNKNOWN_PLANNER");

    /// <summary>A signal that a step waited for did not come in time.</summary>
    public static readonly ErrorCode SignalTimeout = ErrorCode.Parse("SIGNAL_TIMEOUT");

    /// <summary>What a step is to wait for is no duration, no moment or no signal name.</summary>
    public static readonly ErrorCode WaitInvalid = ErrorCode.Parse("WAIT_INVALID");

    /// <summary>A step is to wait for longer than the run may take.</summary>
    public static readonly ErrorCode WaitTooLong = ErrorCode.Parse("WAIT_TOO_LONG");

    /// <summary>No step of the run's plan waits for a signal of that name.</summary>
    public static readonly ErrorCode UnknownSignal = ErrorCode.Parse("UNKNOWN_SIGNAL");

    /// <summary>It was stopped on request.</summary>
    public static readonly ErrorCode Cancelled = ErrorCode.Parse("CANCELLED");

    /// <summary>Whether the call took effect is not known, and it cannot be repeated safely.</summary>
    public static readonly ErrorCode OutcomeUnknown = ErrorCode.Parse("OUTCOME_UNKNOWN");

    /// <summary>The process ended while the attempt was in flight, so its outcome was lost.</summary>
    public static readonly ErrorCode AttemptLost = ErrorCode.Parse("ATTEMPT_LOST");

    /// <summary>The store cannot be opened, read or written.</summary>
    public static readonly ErrorCode StorageUnavailable = ErrorCode.Parse("STORAGE_UNAVAILABLE");

    /// <summary>The disk is full.</summary>
    public static readonly ErrorCode StorageFull = ErrorCode.Parse("STORAGE_FULL");

    /// <summary>The store is damaged.</summary>
    public static readonly ErrorCode StorageCorrupt = ErrorCode.Parse("STORAGE_CORRUPT");

    /// <summary>The store was written by a newer version of AOS.</summary>
    public static readonly ErrorCode StorageTooNew = ErrorCode.Parse("STORAGE_TOO_NEW");

    /// <summary>Another process owns the run.</summary>
    public static readonly ErrorCode RunOwned = ErrorCode.Parse("RUN_OWNED");

    /// <summary>The run brought its host down or cannot be read.</summary>
    public static readonly ErrorCode RunQuarantined = ErrorCode.Parse("RUN_QUARANTINED");

    /// <summary>The store was restored from a backup, and nobody has reviewed the run since.</summary>
    public static readonly ErrorCode RunHeld = ErrorCode.Parse("RUN_HELD");

    /// <summary>A replay decided something else than the journal has.</summary>
    public static readonly ErrorCode ReplayDiverged = ErrorCode.Parse("REPLAY_DIVERGED");

    /// <summary>The hash chain of the journal is broken: it was edited or damaged.</summary>
    public static readonly ErrorCode HistoryTampered = ErrorCode.Parse("HISTORY_TAMPERED");

    /// <summary>A skill or AOS has a defect: something was thrown that nobody expected.</summary>
    public static readonly ErrorCode InternalError = ErrorCode.Parse("INTERNAL_ERROR");

    /// <summary>A skill did not stop when it was told to.</summary>
    public static readonly ErrorCode SkillUnresponsive = ErrorCode.Parse("SKILL_UNRESPONSIVE");
}
