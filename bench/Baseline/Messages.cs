using System.Text.Json.Serialization;

namespace Mannam.Bench.Baseline;

/// <summary>The body of <c>POST /catches</c>.</summary>
internal sealed record CatchRequest(long Price, string StartingPoint, string Destination, string Customer, string? Status);

/// <summary>What <c>POST /catches</c> answers.</summary>
internal sealed record Catch(long Id, long Price, string StartingPoint, string Destination, string Customer, string Status);

/// <summary>What catch asks of payment, and what payment answers.</summary>
internal sealed record Payment(long MatchId, long Price, string Customer, string StartingPoint, string Destination, string PaymentAction);

/// <summary>What payment asks of the provider, and what the provider answers.</summary>
internal sealed record Charge(string Key, long Amount, string Status);

/// <summary>An event without the id that the database gives it.</summary>
internal sealed record Requested(long Price, string StartingPoint, string Destination, string Customer, string Status);

/// <summary>Source-generated serialisers of all messages.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CatchRequest))]
[JsonSerializable(typeof(Catch))]
[JsonSerializable(typeof(Payment))]
[JsonSerializable(typeof(Charge))]
[JsonSerializable(typeof(Requested))]
internal sealed partial class MessagesJson : JsonSerializerContext;
